/* SPDX-License-Identifier: ISC */
#include "tests/support/sample.h"

#include "common/fd.h"
#include "common/mem.h"
#include "daemon/credential.h"
#include "policy/match.h"
#include "policy/request.h"
#include "tests/support/deny.h"
#include "tests/support/dir.h"
#include "tests/support/net_rig.h"
#include "tests/support/netns.h"
#include "tests/support/program_rig.h"
#include "tests/support/sample_words.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { FIELDS_MAX = 16 };

/* What a row needs beside its own lines, and what succeeds. */
static const struct {
	enum psd_op op;
	const char *helper, *policy; /* lines of the sections */
	enum sample_thing succeeds_with;
} rows[] = {
	{ PSD_OP_accept, "ListenStream=%s/socket", "", SAMPLE_THERE },
	{ PSD_OP_call, "Provides=lo", "", SAMPLE_THERE },
	{ PSD_OP_mkdir, "", "", SAMPLE_MISSING },
	{ PSD_OP_narrow, "", "AllowLog=info", SAMPLE_THERE },
	{ PSD_OP_phase, "", "Phases=first second", SAMPLE_THERE },
	{ PSD_OP_access, "", "AllowOpen=read %s/**", SAMPLE_THERE },
};

static void
bring_loopback_up(void)
{
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
}

int
sample_leave_host(void)
{
	static const int calls[] = { SYS_clock_settime, SYS_clock_adjtime,
		SYS_settimeofday, SYS_adjtimex, SYS_sethostname };

	if (unshare(CLONE_NEWNET | CLONE_NEWUTS) < 0)
		return -errno;
	bring_loopback_up();
	test_netns_allow_ping(true);
	for (size_t i = 0; i < PSD_ELEMENTS(calls); i++)
		assert_int_equal(test_deny(calls[i], 0), 0);
	return 0;
}

int
sample_keep_host(void)
{
	return program_rig_prepare() != 0 ? -EPERM : sample_leave_host();
}

bool
sample_has_cover(const struct psd_op_row *row)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (psd_match_is_grantable(f->kind))
			return true;
	return false;
}

/* One word for each field that a line speaks of, one for all paths. */
void
sample_line(const struct psd_op_row *row, const char *verb,
    enum sample_cover cover, const char *modifiers, char ret[SAMPLE_LINE_MAX])
{
	char key[PSD_NAME_MAX + 1];
	bool has_path = false;
	int len;

	psd_op_key(row, key, sizeof(key));
	len = snprintf(ret, SAMPLE_LINE_MAX, "%s%s=%s", verb, key,
	    sample_has_cover(row) ? "" : "yes ");
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		const struct sample_words words = sample_words_of(row, f);
		const char *word =
		    cover == SAMPLE_COVERING ? words.covers : words.other;

		if (!psd_match_is_grantable(f->kind) ||
		    (f->kind == PSD_KIND_path && has_path))
			continue;
		has_path = has_path || f->kind == PSD_KIND_path;
		assert_non_null(word);
		len += snprintf(ret + len, SAMPLE_LINE_MAX - (size_t)len, "%s ",
		    word);
	}
	(void)snprintf(ret + len, SAMPLE_LINE_MAX - (size_t)len, "%s",
	    modifiers);
}

static struct program_rig program;

static void
remove_program(void)
{
	program_rig_remove(&program);
}

/* As many as a test wants, each of which waits for its end. */
static void
add_program(struct op_rig *rig, const struct psd_op_row *row)
{
	if (row->op != PSD_OP_run)
		return;
	program_rig_add(&program, rig, "lo", "/bin/cat",
	    "Instances=16\nStartLimitBurst=0");
	rig->on_stop = remove_program;
}

/* Files of the rig's directory, until the end. */
static void
add_credentials(struct op_rig *rig, const struct psd_op_row *row)
{
	if (row->op != PSD_OP_credential)
		return;
	psd_credential_init(rig->dir);
	rig->on_stop = psd_credential_stop;
}

void
sample_start(struct op_rig *rig, const struct psd_op_row *row,
    const char *lines)
{
	char policy[SAMPLE_LINES_MAX];
	size_t i = 0;

	while (i < PSD_ELEMENTS(rows) && rows[i].op != row->op)
		i++;
	if (i == PSD_ELEMENTS(rows)) {
		op_rig_start(rig, NULL, lines);
		add_program(rig, row);
		add_credentials(rig, row);
		return;
	}
	(void)snprintf(policy, sizeof(policy), "%s\n%s", lines, rows[i].policy);
	op_rig_start(rig, rows[i].helper, policy);
}

/* Nobody waits in its queue. */
static void
drain(int server)
{
	int fd;

	while ((fd = accept(server, NULL, NULL)) >= 0)
		psd_fd_close(fd);
}

/* One that listens, until another test's directory has one. */
static void
make_server(const char *dir)
{
	static int server = PSD_NO_FD;
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/server",
	    dir);
	if (access(address.sun_path, F_OK) == 0) {
		drain(server);
		return;
	}
	psd_fd_cleanup(&server);
	server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(server >= 0);
	assert_int_equal(bind(server, (const struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	assert_int_equal(listen(server, 64), 0);
}

void
sample_make(const char *dir)
{
	_cleanup_fd_ int fd = open(dir, O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	/* What is there to be removed depends on what was asked. */
	(void)unlinkat(fd, "none", 0);
	(void)unlinkat(fd, "none", AT_REMOVEDIR);
	(void)unlinkat(fd, "third", 0);
	(void)unlinkat(fd, "link", 0);
	(void)mkdirat(fd, "directory", 0755);
	assert_int_equal(symlinkat("file", fd, "link"), 0);
	assert_int_equal(test_dir_write(dir, "file", "sample"), 0);
	assert_int_equal(test_dir_write(dir, "second", "sample"), 0);
	make_server(dir);
}

/* A word with the directory in it, in the place that is the field's own. */
static const char *
spell(const char *word, const char *dir, size_t n)
{
	static char spelt[FIELDS_MAX][PATH_MAX];

	assert_true(n < FIELDS_MAX);
	if (strncmp(word, "%s", 2) != 0)
		return word;
	(void)snprintf(spelt[n], sizeof(spelt[n]), "%s%s", dir, word + 2);
	return spelt[n];
}

/* Descriptors cannot be written as words. */
static void
fill_fds(const struct psd_op_row *row, const char *dir, union psd_any_req *req)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		char path[PATH_MAX];
		int fd;

		if (f->kind != PSD_KIND_fd)
			continue;
		(void)snprintf(path, sizeof(path), "%s/file", dir);
		fd = open(path, O_RDWR | O_CLOEXEC);
		assert_true(fd >= 0);
		memcpy((unsigned char *)req + f->offset, &fd, sizeof(fd));
	}
}

void
sample_fill(const struct psd_op_row *row, enum sample_thing thing,
    const char *dir, union psd_any_req *ret)
{
	struct psd_field layout[FIELDS_MAX];
	struct psd_op_row written = *row;
	const char *words[FIELDS_MAX];
	char wrong[SAMPLE_LINE_MAX];
	size_t n = 0;

	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		const struct sample_words word = sample_words_of(row, f);

		if (f->kind == PSD_KIND_fd)
			continue;
		assert_true(n + 1 < FIELDS_MAX);
		layout[n] = *f;
		words[n] =
		    spell(thing == SAMPLE_THERE ? word.there : word.missing,
			dir, n);
		n++;
	}
	layout[n] = (struct psd_field){ PSD_KIND_end, 0, NULL };
	written.req = layout;
	if (psd_request_parse(&written, words, n, ret, wrong, sizeof(wrong)) <
	    0)
		fail_msg("%s: %s", row->name, wrong);
	fill_fds(row, dir, ret);
}

enum sample_thing
sample_succeeds_with(const struct psd_op_row *row)
{
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++)
		if (rows[i].op == row->op)
			return rows[i].succeeds_with;
	return SAMPLE_THERE;
}

int
sample_ask(struct op_rig *rig, const struct psd_op_row *row,
    enum sample_thing thing)
{
	union psd_any_req req;
	union psd_any_rep rep;
	uint32_t id;
	int status;

	sample_make(rig->dir);
	sample_fill(row, thing, rig->dir, &req);
	id = op_rig_send(rig, row->op, &req);
	/*
	 * Nobody comes to the listeners, and there is no resolver; all else is
	 * answered by itself.
	 */
	if (row->op == PSD_OP_accept || row->asks_resolver)
		return op_rig_is_silent(rig)
		    ? SAMPLE_WAITS
		    : op_rig_take(rig, row->op, id, &rep);
	net_wait(rig);
	status = op_rig_take(rig, row->op, id, &rep);
	if (status == 0)
		psd_fields_release(row->rep, &rep);
	return status;
}
