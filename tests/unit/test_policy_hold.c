/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"
#include "tests/support/policy.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Loads lines of [Policy], each in two halves with dir between, and holds. */
static void
load(struct test_policy *ret, const char *dir, const char *const *lines,
    size_t n)
{
	char text[8192];
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), "%s", TEST_POLICY_HEAD);
	for (size_t i = 0; i < n; i += 2)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s%s%s\n", lines[i], dir, lines[i + 1]);
	test_policy_load(ret, text, PSD_LOAD_HOLD);
}

static const struct psd_grants *
grants_of(const struct test_policy *policy, enum psd_op op)
{
	return &policy->policy->grants[psd_op_find(op) - psd_op_rows];
}

static void
check_is_directory(int fd, const char *path)
{
	struct stat held, named;

	assert_int_equal(fstat(fd, &held), 0);
	assert_int_equal(stat(path, &named), 0);
	assert_true(held.st_ino == named.st_ino);
	assert_true(held.st_dev == named.st_dev);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_true((fcntl(fd, F_GETFL) & O_PATH) != 0);
}

static void
directories_are_held_once_and_closed_with_the_policy(void **state)
{
	static const char *const lines[] = { "AllowOpen=read ", "/**",
		"AllowStat=", "/a", "AllowStat=", "/b", "AllowOpen=read ",
		"/sub/x", "DenyOpen=any ", "/missing/**", "AllowOpen=write ",
		"/*" };
	const size_t before = test_fds_count();
	struct test_policy policy;
	const struct psd_grant *open;
	char *dir = test_dir_make();
	char sub[4096];

	(void)state;
	assert_non_null(dir);
	snprintf(sub, sizeof(sub), "%s/sub", dir);
	assert_int_equal(mkdir(sub, 0755), 0);
	load(&policy, dir, lines, PSD_ELEMENTS(lines));
	if (policy.policy == NULL) {
		fail_msg("%s", policy.diag.text);
		return;
	}
	assert_int_equal(test_fds_count(), before + 2);
	open = grants_of(&policy, PSD_OP_open)->at;
	check_is_directory(open[0].dir_fd, dir);
	check_is_directory(open[1].dir_fd, sub);
	assert_true(open[2].dir_fd < 0);
	assert_int_equal(open[3].dir_fd, open[0].dir_fd);
	assert_int_equal(grants_of(&policy, PSD_OP_stat)->at[1].dir_fd,
	    open[0].dir_fd);
	test_policy_free(&policy);
	assert_int_equal(test_fds_count(), before);
	test_dir_remove(dir);
}

/* As ProtectHome= of a unit does it; a directory of ours can have any mode. */
static void
directory_that_a_sandbox_hides_is_said_to_be_hidden(void **state)
{
	static const struct {
		const char *head, *tail;
		bool is_refused;
		const char *told;
	} cases[] = {
		{ "AllowStat=", "/hidden/a/b", true, "/hidden/a is hidden" },
		{ "AllowStat=", "/hidden/a/**", true, "/hidden/a is hidden" },
		{ "AllowStat=", "/hidden/**", false, "/hidden is hidden" },
		{ "AllowStat=-", "/hidden/a/b", false, NULL },
	};
	char *dir = test_dir_make();
	char path[4096];

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(path, sizeof(path), "%s/hidden", dir);
	assert_int_equal(mkdir(path, 0), 0);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const char *const lines[] = { cases[i].head, cases[i].tail };
		struct test_policy policy;
		const char *told;

		load(&policy, dir, lines, 2);
		told = policy.diag.text == NULL ? "" : policy.diag.text;
		if ((policy.policy == NULL) != cases[i].is_refused ||
		    (cases[i].told == NULL && told[0] != '\0') ||
		    (cases[i].told != NULL &&
			strstr(told, cases[i].told) == NULL))
			fail_msg("%s%s: %s", cases[i].head, cases[i].tail,
			    told);
		test_policy_free(&policy);
	}
	test_dir_remove(dir);
}

struct refused {
	const char *head, *tail;
	const char *told;
};

static void
directory_that_cannot_be_held_is_an_error(void **state)
{
	static const struct refused cases[] = {
		{ "AllowOpen=read ", "/missing/**",
		    "does not exist; create it" },
		{ "AllowStat=", "/missing/a", "when it may be missing" },
		{ "AllowStat=", "/file/a", "cannot be opened" },
		{ "AllowStat=-", "/file/a", "cannot be opened" },
		/* Whoever owns a link could turn it to another place. */
		{ "AllowStat=", "/link/a", "leads through a symbolic link" },
		{ "AllowStat=-", "/link/a", "leads through a symbolic link" },
		{ "AllowStat=", "/link/sub/**", "through a symbolic link" },
		{ "AllowStat=", "/dangling/a", "leads through a symbolic" },
	};
	char *dir = test_dir_make();
	char path[4096];

	(void)state;
	assert_non_null(dir);
	assert_int_equal(test_dir_write(dir, "file", ""), 0);
	snprintf(path, sizeof(path), "%s/link", dir);
	assert_int_equal(symlink("/etc", path), 0);
	snprintf(path, sizeof(path), "%s/dangling", dir);
	assert_int_equal(symlink("nowhere", path), 0);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const char *const lines[] = { cases[i].head, cases[i].tail };
		const size_t before = test_fds_count();
		struct test_policy policy;

		load(&policy, dir, lines, 2);
		if (policy.policy != NULL ||
		    strstr(policy.diag.text, cases[i].told) == NULL ||
		    strstr(policy.diag.text, "www.policy:5: ") == NULL)
			fail_msg("%s%s: %s", cases[i].head, cases[i].tail,
			    policy.diag.text);
		test_policy_free(&policy);
		assert_int_equal(test_fds_count(), before);
	}
	test_dir_remove(dir);
}

static void
directory_with_a_dash_may_be_missing(void **state)
{
	static const char *const lines[] = { "AllowOpen=read -", "/missing/**",
		"AllowStat=-", "/a" };
	struct test_policy policy;
	char *dir = test_dir_make();
	char request[4200];

	(void)state;
	assert_non_null(dir);
	load(&policy, dir, lines, PSD_ELEMENTS(lines));
	if (policy.policy == NULL) {
		fail_msg("%s", policy.diag.text);
		return;
	}
	assert_true(grants_of(&policy, PSD_OP_open)->at[0].dir_fd < 0);
	assert_true(grants_of(&policy, PSD_OP_stat)->at[0].dir_fd >= 0);
	/* The policy still says what it says. */
	snprintf(request, sizeof(request), "open read %s/missing/x", dir);
	assert_true(test_policy_ask(policy.policy, NULL, request).is_allowed);
	test_policy_free(&policy);
	test_dir_remove(dir);
}

static void
check_alone_opens_nothing(void **state)
{
	const size_t before = test_fds_count();
	struct test_policy policy;

	(void)state;
	test_policy_load(&policy,
	    "[Helper]\nExecStart=/nonexistent/program\n[Policy]\n"
	    "SystemCallFilter=@helper\nAllowOpen=read /nonexistent/**\n"
	    "AllowStat=/etc/passwd\n",
	    0);
	assert_non_null(policy.policy);
	assert_int_equal(test_fds_count(), before);
	test_policy_free(&policy);
}

static void
program_must_be_an_executable_file(void **state)
{
	static const char *const programs[] = { "/nonexistent/program", "/etc",
		"/etc/passwd", "/dev/null", "/etc/passwd/x" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(programs); i++) {
		struct test_policy policy;
		char text[512];

		snprintf(text, sizeof(text),
		    "[Helper]\nExecStart=%s\n[Policy]\n"
		    "SystemCallFilter=@helper\n",
		    programs[i]);
		test_policy_load(&policy, text, PSD_LOAD_HOLD);
		assert_null(policy.policy);
		assert_int_equal(policy.diag.errors, 1);
		assert_non_null(
		    strstr(policy.diag.text, "www.policy:2: ExecStart="));
		test_policy_free(&policy);
	}
}

static void
program_that_others_may_change_is_warned_of(void **state)
{
	static const mode_t modes[] = { 0755, 0775, 0757 };
	char *dir = test_dir_make();
	char path[4096], text[8192];

	(void)state;
	assert_non_null(dir);
	assert_int_equal(test_dir_write(dir, "program", "#!/bin/sh\n"), 0);
	snprintf(path, sizeof(path), "%s/program", dir);
	snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=%s\n[Policy]\nSystemCallFilter=@helper\n",
	    path);
	for (size_t i = 0; i < PSD_ELEMENTS(modes); i++) {
		struct test_policy policy;

		assert_int_equal(chmod(path, modes[i]), 0);
		test_policy_load(&policy, text, PSD_LOAD_HOLD);
		assert_non_null(policy.policy);
		assert_int_equal(policy.diag.warnings, i > 0);
		if (i > 0)
			assert_non_null(strstr(policy.diag.text,
			    "may be changed by others"));
		test_policy_free(&policy);
	}
	test_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    directories_are_held_once_and_closed_with_the_policy),
		cmocka_unit_test(directory_that_cannot_be_held_is_an_error),
		cmocka_unit_test(
		    directory_that_a_sandbox_hides_is_said_to_be_hidden),
		cmocka_unit_test(directory_with_a_dash_may_be_missing),
		cmocka_unit_test(check_alone_opens_nothing),
		cmocka_unit_test(program_must_be_an_executable_file),
		cmocka_unit_test(program_that_others_may_change_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
