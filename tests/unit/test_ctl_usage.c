/* SPDX-License-Identifier: ISC */
#include "common/kind.h"
#include "common/version.h"
#include "helper/privsep.h"
#include "tests/support/dir.h"
#include "tests/support/op_rig.h"
#include "tests/unit/ctl_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static struct test_capture run;

static void
help_names_every_command(void **state)
{
	(void)state;
	assert_int_equal(ctl_run("--help", &run), PSD_CTL_DONE);
	for (size_t i = 0; i < psd_ctl_n_commands; i++)
		assert_non_null(strstr(run.out, psd_ctl_commands[i].name));
	assert_string_equal(run.err, "");
}

static void
every_command_has_help_of_its_own(void **state)
{
	char line[64];

	(void)state;
	for (size_t i = 0; i < psd_ctl_n_commands; i++) {
		snprintf(line, sizeof(line), "%s --help",
		    psd_ctl_commands[i].name);
		assert_int_equal(ctl_run(line, &run), PSD_CTL_DONE);
		assert_non_null(strstr(run.out, psd_ctl_commands[i].arguments));
	}
}

static void
version_is_the_library_s_too(void **state)
{
	(void)state;
	assert_int_equal(ctl_run("--version", &run), PSD_CTL_DONE);
	assert_string_equal(run.out, "privsepctl " PSD_VERSION "\n");
	assert_string_equal(PSD_VERSION, PRIVSEP_VERSION);
}

static void
unknown_command_suggests_the_nearest(void **state)
{
	static const struct {
		const char *written;
		const char *meant; /* NULL: nothing is near */
	} cases[] = {
		{ "statsu", "status" },
		{ "stat", "status" },
		{ "sysclals", "syscalls" },
		{ "explian", "explain" },
		{ "realod", "reload" },
		{ "Check", "check" },
		{ "frobnicate", NULL },
		{ "x", NULL },
	};
	char meant[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ctl_run(cases[i].written, &run),
		    PSD_CTL_USAGE);
		assert_string_equal(run.out, "");
		snprintf(meant, sizeof(meant), "did you mean %s?",
		    cases[i].meant != NULL ? cases[i].meant : "");
		if (cases[i].meant != NULL)
			assert_non_null(strstr(run.err, meant));
		else
			assert_null(strstr(run.err, "did you mean"));
	}
}

static void
wrong_usage_exits_with_2_and_says_why(void **state)
{
	static const char not_one[] = "not a service, nor a service and the "
				      "number of an instance such as www/3";
	static const struct {
		const char *line, *told;
	} cases[] = {
		{ "", "privsepctl: which command?" },
		{ "--frobnicate", "unrecognized option" },
		{ "--runtime-dir", "requires an argument" },
		{ "frobnicate", "no such command: frobnicate" },
		{ "status www other", "usage: privsepctl status [SERVICE]" },
		{ "check", "usage: privsepctl check [--strict] FILE" },
		{ "check --dry-run x.policy", "check does not take --dry-run" },
		{ "explain www", "usage: privsepctl explain" },
		{ "syscalls", "usage: privsepctl syscalls SERVICE|FILE" },
		{ "syscalls a b", "usage: privsepctl syscalls SERVICE|FILE" },
		{ "cat", "usage: privsepctl cat" },
		{ "cat ./www.policy",
		    "takes the name of a service, not a fil" },
		{ "diff a", "usage: privsepctl diff [--strict] OLD NEW" },
		{ "reload now", "usage: privsepctl reload [--dry-run]" },
		{ "reload --strict", "reload does not take --strict" },
		{ "reexec now", "usage: privsepctl reexec [--dry-run]" },
		{ "stop", "usage: privsepctl stop SERVICE[/INSTANCE]" },
		{ "stop /3", not_one },
		{ "stop www/", not_one },
		{ "stop www/0", not_one },
		{ "stop www/-1", not_one },
		{ "stop www/3x", not_one },
		{ "stop www/99999999999999999999999", not_one },
		{ "top --delay=0", "--delay takes seconds, 0.1 at least" },
		{ "top --delay=x", "--delay takes seconds, 0.1 at least" },
		{ "top now", "usage: privsepctl top" },
		{ "metrics now", "usage: privsepctl metrics" },
		{ "log --since=soon", "--since takes a span such as 10min" },
		{ "learn", "usage: privsepctl learn --output=FILE" },
		{ "learn /bin/true", "learn needs --output=FILE" },
		{ "learn --type=x --output=/x /bin/true",
		    "--type takes filter or inetd, not \"x\"" },
		{ "run", "run needs --policy=FILE or --policy=SERVICE" },
		{ "run --policy=www --trace", "--trace is for a policy file" },
		{ "run --policy=www /bin/true",
		    "www is no file, with a slash" },
		{ "run --policy=./x --progress --trace",
		    "--progress is of a filter, and --trace of a native" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ctl_run(cases[i].line, &run), PSD_CTL_USAGE);
		assert_string_equal(run.out, "");
		if (strstr(run.err, cases[i].told) == NULL)
			fail_msg("%s: %s", cases[i].line, run.err);
	}
}

static void
words_that_no_frame_has_room_for_are_wrong_usage(void **state)
{
	static char path[PSD_BYTES_MAX + 1];
	static char name[] = "privsepctl", explain[] = "explain",
		    service[] = "www", operation[] = "stat";
	char *argv[] = { name, explain, service, operation, path, NULL };
	struct ctl_args args = { .argc = 5 };

	(void)state;
	memset(path, '/', sizeof(path) - 1);
	memcpy(args.argv, argv, sizeof(argv));
	assert_int_equal(test_capture(ctl_run_body, &args, &run),
	    PSD_CTL_USAGE);
	assert_non_null(strstr(run.err, "too many arguments, or too long"));
}

/* Files that cannot be used for what they are named for. */
static void
files_that_do_not_serve_are_told_of(void **state)
{
	static const struct {
		const char *line, *told; /* %s: the directory */
		enum psd_ctl_exit status;
	} cases[] = {
		{ "syscalls %s/masked.policy",
		    "is a link to /dev/null, which masks a policy",
		    PSD_CTL_FAILED },
		{ "--policy-dir=%s syscalls masked",
		    "masked is masked: its policy is a link to /dev/null",
		    PSD_CTL_FAILED },
		{ "check %s/masked.policy",
		    "is a link to /dev/null: it masks the policy",
		    PSD_CTL_DONE },
		{ "learn --output=%s/x --merge=%s/none /bin/true",
		    "there is no such file", (enum psd_ctl_exit)125 },
		{ "learn --output=%s/x --merge=%s/plain /bin/true",
		    "plain: has no section [X-Learned]",
		    (enum psd_ctl_exit)125 },
		{ "learn --output=%s/x --merge=%s/of_nothing /bin/true",
		    "says in section [X-Learned] of no Program=",
		    (enum psd_ctl_exit)125 },
	};
	char *dir = test_dir_make();
	char line[4096];

	(void)state;
	assert_non_null(dir);
	snprintf(line, sizeof(line), "%s/masked.policy", dir);
	assert_int_equal(symlink("/dev/null", line), 0);
	assert_int_equal(test_dir_write(dir, "plain", "[Helper]\n"), 0);
	assert_int_equal(test_dir_write(dir, "of_nothing",
			     "[Helper]\n[X-Learned]\nRuns=1\n"),
	    0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		op_rig_fill_in(line, sizeof(line), cases[i].line, dir);
		assert_int_equal(ctl_run(line, &run), cases[i].status);
		if (strstr(run.err, cases[i].told) == NULL)
			fail_msg("%s: %s", line, run.err);
	}
	test_dir_remove(dir);
}

static void
too_many_policy_dirs_are_wrong_usage(void **state)
{
	static char name[] = "privsepctl";
	static char option[] = "--policy-dir=/nowhere";
	char *argv[PSD_CTL_DIRS_MAX + 3] = { name };

	(void)state;
	for (int i = 1; i < PSD_CTL_DIRS_MAX + 2; i++)
		argv[i] = option;
	assert_int_equal(psd_ctl_run(PSD_CTL_DIRS_MAX + 2, argv),
	    PSD_CTL_USAGE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_names_every_command),
		cmocka_unit_test(every_command_has_help_of_its_own),
		cmocka_unit_test(version_is_the_library_s_too),
		cmocka_unit_test(unknown_command_suggests_the_nearest),
		cmocka_unit_test(wrong_usage_exits_with_2_and_says_why),
		cmocka_unit_test(
		    words_that_no_frame_has_room_for_are_wrong_usage),
		cmocka_unit_test(files_that_do_not_serve_are_told_of),
		cmocka_unit_test(too_many_policy_dirs_are_wrong_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
