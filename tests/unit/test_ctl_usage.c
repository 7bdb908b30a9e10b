/* SPDX-License-Identifier: ISC */
#include "common/version.h"
#include "helper/privsep.h"
#include "tests/unit/ctl_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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
wrong_usage_exits_with_2(void **state)
{
	static const char *const lines[] = {
		"",
		"--frobnicate",
		"--runtime-dir",
		"status www other",
		"check",
		"check --dry-run x.policy",
		"explain www",
		"syscalls",
		"syscalls a b",
		"cat",
		"cat ./www.policy",
		"reload now",
		"reload --strict",
		"stop",
		"stop /3",
		"stop www/",
		"stop www/0",
		"stop www/-1",
		"stop www/3x",
		"stop www/99999999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(ctl_run(lines[i], &run), PSD_CTL_USAGE);
		assert_string_equal(run.out, "");
		assert_string_not_equal(run.err, "");
	}
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
		cmocka_unit_test(wrong_usage_exits_with_2),
		cmocka_unit_test(too_many_policy_dirs_are_wrong_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
