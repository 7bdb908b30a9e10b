/* SPDX-License-Identifier: ISC */
/*
 * Each operation on a path, asked for what lies beyond a border: where a link
 * leads to what a Deny line speaks of, or out of the directory, and on a mount
 * that the line leaves out.  Nothing there is made, changed, removed or opened,
 * not even before it is refused.  Made from the catalogue (tests/support/sample.h).
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/op/border_fixture.h"
#include "tests/support/path_rig.h"
#include "tests/support/sample.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATHS_MAX = 2 };

/*
 * A border: what a line for the rig's directory says of it, and how a place is
 * made so that the name "way" leads there.
 */
struct border {
	const char *modifiers;
	bool is_denied;
	/* Makes the place and the way to it; its path is for test_dir_remove(). */
	char *(*make)(const struct op_rig *rig);
};

/* What there is in the place, and what is not. */
static const char *const things[] = { "file", "directory", "fifo", "link",
	"none" };

static unsigned
count_paths(const struct psd_op_row *row)
{
	unsigned n = 0;

	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (f->kind == PSD_KIND_path)
			n++;
	assert_true(n <= PATHS_MAX);
	return n;
}

/* Ways to open, of which other rows know nothing. */
static const uint32_t accesses[] = { PSD_ACCESS_READ,
	PSD_ACCESS_WRITE | PSD_ACCESS_CREATE,
	PSD_ACCESS_READ | PSD_ACCESS_WRITE | PSD_ACCESS_CREATE |
	    PSD_ACCESS_EXCLUSIVE,
	PSD_ACCESS_APPEND | PSD_ACCESS_CREATE,
	PSD_ACCESS_WRITE | PSD_ACCESS_TRUNCATE };

/* "read" in a sample's line becomes "any", which is all of them. */
static void
say_any(char line[SAMPLE_LINE_MAX])
{
	const char *word = strstr(line, "=read ");
	char any[SAMPLE_LINE_MAX];

	if (word == NULL)
		return;
	(void)snprintf(any, sizeof(any), "%.*s=any %s", (int)(word - line),
	    line, word + strlen("=read "));
	(void)snprintf(line, SAMPLE_LINE_MAX, "%s", any);
}

/* One line for the whole directory, and perhaps one against the place. */
static void
start(struct op_rig *rig, const struct psd_op_row *row,
    const struct border *border)
{
	char allow[SAMPLE_LINE_MAX], deny[SAMPLE_LINE_MAX];
	char lines[SAMPLE_LINES_MAX];
	char *wide;

	sample_line(row, "Allow", SAMPLE_COVERING, border->modifiers, allow);
	sample_line(row, "Deny", SAMPLE_COVERING, "", deny);
	say_any(allow);
	say_any(deny);
	wide = strstr(deny, "%s/**");
	assert_non_null(wide);
	*wide = '\0';
	(void)snprintf(lines, sizeof(lines), "%s\n%s%%s/private/**", allow,
	    deny);
	if (!border->is_denied)
		*strchr(lines, '\n') = '\0';
	sample_start(rig, row, lines);
}

/* Directories may be opened on the way; to list one has no effect on it. */
static void
assert_untouched(int watch)
{
	char events[4096]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	const ssize_t n = read(watch, events, sizeof(events));

	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *event = (void *)(events + at);

		if ((event->mask & IN_ISDIR) == 0)
			fail_msg("%s: event %x", event->name, event->mask);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
}

static void
drain(int watch)
{
	char events[4096];

	while (read(watch, events, sizeof(events)) > 0)
		continue;
}

/* Gives those path fields whose bit is in ways a name behind the border. */
static void
lead_away(const struct psd_op_row *row, const char *dir, const char *thing,
    unsigned ways, union psd_any_req *req)
{
	static char paths[PATHS_MAX][PATH_MAX];
	unsigned n = 0;

	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		struct psd_str path;

		if (f->kind != PSD_KIND_path)
			continue;
		(void)snprintf(paths[n], PATH_MAX, "%s/way/%s%s", dir, thing,
		    n == 0 ? "" : "2");
		path = psd_str_of(paths[n]);
		if ((ways & 1U << n) != 0)
			memcpy((unsigned char *)req + f->offset, &path,
			    sizeof(path));
		n++;
	}
}

static void
set_access(const struct psd_op_row *row, uint32_t access,
    union psd_any_req *req)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (f->kind == PSD_KIND_access)
			memcpy((unsigned char *)req + f->offset, &access,
			    sizeof(access));
}

/* What is there is refused; what is not, or is no directory, may be told. */
static void
ask(struct op_rig *rig, const struct psd_op_row *row, const char *thing,
    unsigned ways)
{
	for (size_t i = 0; i < PSD_ELEMENTS(accesses); i++) {
		union psd_any_req req;
		union psd_any_rep rep;
		int status;

		sample_make(rig->dir);
		sample_fill(row, SAMPLE_THERE, rig->dir, &req);
		lead_away(row, rig->dir, thing, ways, &req);
		set_access(row, accesses[i], &req);
		status = op_rig_ask(rig, row->op, &req, &rep);
		if (status != -EPERM && status != -ENOENT && status != -ENOTDIR)
			fail_msg("%s %s: %d", row->name, thing, status);
	}
}

static void
check_place(struct op_rig *rig, const struct psd_op_row *row, const char *place)
{
	_cleanup_fd_ int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	_cleanup_free_ char *before = path_rig_snapshot(place);

	assert_true(watch >= 0);
	assert_true(inotify_add_watch(watch, place,
			IN_ALL_EVENTS & ~(unsigned)IN_ACCESS) >= 0);
	for (size_t i = 0; i < PSD_ELEMENTS(things); i++)
		for (unsigned ways = 1; ways < 1U << count_paths(row); ways++) {
			_cleanup_free_ char *after = NULL;

			ask(rig, row, things[i], ways);
			assert_untouched(watch);
			after = path_rig_snapshot(place);
			assert_string_equal(after, before);
			/* That look was ours. */
			drain(watch);
		}
}

static void
check(const struct border *border)
{
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_op_row *row = &psd_op_rows[i];
		struct op_rig rig;
		char *place;

		if (count_paths(row) == 0)
			continue;
		start(&rig, row, border);
		place = border->make(&rig);
		fill(place);
		check_place(&rig, row, place);
		(void)umount2(place, MNT_DETACH);
		test_dir_remove(place);
		op_rig_stop(&rig);
	}
}

static void
nothing_is_touched_where_a_link_leads_to_what_is_denied(void **state)
{
	(void)state;
	check(&(struct border){ "follow", true, make_denied });
}

static void
nothing_is_touched_where_a_link_leads_out_of_the_directory(void **state)
{
	(void)state;
	check(&(struct border){ "follow xdev", false, make_outside });
	check(&(struct border){ "follow xdev", false, make_elsewhere });
}

static void
nothing_is_touched_where_a_link_is_left_out(void **state)
{
	(void)state;
	check(&(struct border){ "xdev", false, make_denied });
}

static void
nothing_is_touched_on_a_mount_that_is_left_out(void **state)
{
	(void)state;
	if (!path_rig_may_mount())
		skip();
	check(&(struct border){ "follow", false, make_mount });
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    nothing_is_touched_where_a_link_leads_to_what_is_denied),
		cmocka_unit_test(
		    nothing_is_touched_where_a_link_leads_out_of_the_directory),
		cmocka_unit_test(nothing_is_touched_where_a_link_is_left_out),
		cmocka_unit_test(
		    nothing_is_touched_on_a_mount_that_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
