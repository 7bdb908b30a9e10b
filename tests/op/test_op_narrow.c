/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/dir.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINES_MAX = 8192 };

/* "%s" in lines stands for the rig's directory. */
static int
narrow(struct op_rig *rig, const char *lines)
{
	static char filled[LINES_MAX];
	struct psd_narrow_req req;
	struct psd_narrow_rep rep;

	op_rig_fill_in(filled, sizeof(filled), lines, rig->dir);
	req.lines = psd_str_of(filled);
	return op_rig_ask(rig, PSD_OP_narrow, &req, &rep);
}

static int
open_file(struct op_rig *rig, const char *name, uint32_t access)
{
	struct psd_open_req req = {
		.access = access,
		.path = op_rig_path(rig, name),
		.mode = 0600,
	};
	struct psd_open_rep rep;
	const int r = op_rig_ask(rig, PSD_OP_open, &req, &rep);

	if (r == 0)
		psd_fd_close(rep.file);
	return r;
}

static void
make_files(const struct op_rig *rig)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/a", rig->dir);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(test_dir_write(rig->dir, "a/in", "x"), 0);
	assert_int_equal(test_dir_write(rig->dir, "out", "x"), 0);
}

static void
what_is_left_is_still_opened_in_the_policys_directory(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read,write %s/**");
	make_files(&rig);
	assert_int_equal(open_file(&rig, "out", PSD_ACCESS_WRITE), 0);
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/a/**"), 0);
	assert_int_equal(open_file(&rig, "a/in", PSD_ACCESS_READ), 0);
	assert_int_equal(open_file(&rig, "a/in", PSD_ACCESS_WRITE), -EPERM);
	assert_int_equal(open_file(&rig, "out", PSD_ACCESS_READ), -EPERM);
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/**"), -EACCES);
	assert_int_equal(narrow(&rig, "AllowOpen=read,write %s/a/**"), -EACCES);
	assert_int_equal(narrow(&rig, "AllowOpen="), -EACCES);
	assert_int_equal(narrow(&rig, "AllowOpen=nonsense"), -EINVAL);
	assert_int_equal(open_file(&rig, "a/in", PSD_ACCESS_READ), 0);
	assert_int_equal(open_file(&rig, "out", PSD_ACCESS_READ), -EPERM);
	op_rig_stop(&rig);
}

static void
words_that_are_added_are_heeded(void **state)
{
	char from[4096], to[4096];
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/**");
	make_files(&rig);
	(void)snprintf(from, sizeof(from), "%s/out", rig.dir);
	(void)snprintf(to, sizeof(to), "%s/a/linked", rig.dir);
	assert_int_equal(link(from, to), 0);
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/** links=1"), 0);
	assert_int_equal(open_file(&rig, "a/in", PSD_ACCESS_READ), 0);
	assert_int_equal(open_file(&rig, "a/linked", PSD_ACCESS_READ), -EPERM);
	assert_int_equal(narrow(&rig,
			     "AllowOpen=read %s/** links=1 owner=4242"),
	    0);
	assert_int_equal(open_file(&rig, "a/in", PSD_ACCESS_READ), -EPERM);
	op_rig_stop(&rig);
}

static void
a_link_that_leads_out_of_what_is_left_is_not_followed(void **state)
{
	char path[4096];
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/** follow");
	make_files(&rig);
	(void)snprintf(path, sizeof(path), "%s/a/link", rig.dir);
	assert_int_equal(symlink("../out", path), 0);
	(void)snprintf(path, sizeof(path), "%s/a/inner", rig.dir);
	assert_int_equal(symlink("in", path), 0);
	assert_int_equal(open_file(&rig, "a/link", PSD_ACCESS_READ), 0);
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/a/** follow"), 0);
	assert_int_equal(open_file(&rig, "a/inner", PSD_ACCESS_READ), 0);
	assert_int_equal(open_file(&rig, "a/link", PSD_ACCESS_READ), -EPERM);
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/a/**"), 0);
	assert_int_equal(open_file(&rig, "a/inner", PSD_ACCESS_READ), -EPERM);
	op_rig_stop(&rig);
}

/* Whoever narrows reads no file: not /etc/passwd, nor what a path names. */
static void
a_name_of_a_user_is_not_looked_up(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/**");
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/** owner=root"),
	    -EINVAL);
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/none/** owner=0"), 0);
	op_rig_stop(&rig);
}

static void
a_used_up_line_stays_used_up(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/** once");
	make_files(&rig);
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/out once"), 0);
	/* A failure uses nothing up. */
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/ou[t] once"), -EACCES);
	assert_int_equal(open_file(&rig, "out", PSD_ACCESS_READ), 0);
	assert_int_equal(narrow(&rig, "AllowOpen=read %s/out once"), 0);
	assert_int_equal(open_file(&rig, "out", PSD_ACCESS_READ), -EPERM);
	op_rig_stop(&rig);
}

/* Its line may be replaced while it waits; its memory may not be used then. */
static void
a_call_that_waits_keeps_the_line_that_it_was_allowed_by(void **state)
{
	struct psd_accept_req req = { .end = 0 };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket", "AllowAccept=yes");
	assert_int_equal(narrow(&rig, "AllowAccept=yes"), 0);
	(void)op_rig_send(&rig, PSD_OP_accept, &req);
	assert_true(op_rig_is_silent(&rig));
	for (int i = 0; i < 3; i++)
		assert_int_equal(narrow(&rig, "AllowAccept=yes once"), 0);
	assert_string_equal(
	    TAILQ_FIRST(&rig.instance->first.waiting)->grant->text,
	    "AllowAccept=yes");
	op_rig_stop(&rig);
}

static void
lines_of_the_greatest_size_are_taken(void **state)
{
	_cleanup_free_ char *lines = calloc(1, PSD_TEXT_MAX + 1);
	struct op_rig rig;
	size_t len;

	(void)state;
	assert_non_null(lines);
	op_rig_start(&rig, NULL, "AllowStat=/**");
	len = (size_t)snprintf(lines, PSD_TEXT_MAX + 1, "AllowStat=");
	while (len < PSD_TEXT_MAX)
		len += (size_t)snprintf(lines + len, PSD_TEXT_MAX + 1 - len,
		    "/%.*s",
		    (int)(PSD_TEXT_MAX - len - 1 < 200 ? PSD_TEXT_MAX - len - 1
						       : 200),
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_int_equal(strlen(lines), PSD_TEXT_MAX);
	assert_int_equal(narrow(&rig, lines), 0);
	assert_int_equal(narrow(&rig, "AllowStat=/**"), -EACCES);
	op_rig_stop(&rig);
}

static void
a_malformed_narrow_ends_the_conversation(void **state)
{
	struct psd_narrow_req req = { .lines = psd_str_of("AllowStat=/a") };

	(void)state;
	op_rig_check_malformed("AllowStat=/**", PSD_OP_narrow, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_left_is_still_opened_in_the_policys_directory),
		cmocka_unit_test(words_that_are_added_are_heeded),
		cmocka_unit_test(
		    a_link_that_leads_out_of_what_is_left_is_not_followed),
		cmocka_unit_test(a_name_of_a_user_is_not_looked_up),
		cmocka_unit_test(a_used_up_line_stays_used_up),
		cmocka_unit_test(
		    a_call_that_waits_keeps_the_line_that_it_was_allowed_by),
		cmocka_unit_test(lines_of_the_greatest_size_are_taken),
		cmocka_unit_test(a_malformed_narrow_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
