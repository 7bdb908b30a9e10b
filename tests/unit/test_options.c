/* SPDX-License-Identifier: ISC */
/* The command line of privsepd: what goes together, and each refusal. */
#include "common/fd.h"
#include "common/mem.h"
#include "common/version.h"
#include "daemon/config.h"
#include "policy/load.h"
#include "tests/support/capture.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"

#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 48, USAGE = 2 };

struct parsing {
	const char *line; /* single blanks separate its words */
	char copy[4096];
	char *argv[WORDS_MAX + 1]; /* of which the configuration has words */
	struct psd_config config;
};

static int
parse_line(void *argument)
{
	struct parsing *parsing = argument;
	static char name[] = "privsepd";
	char **argv = parsing->argv;
	char *save = NULL;
	int argc = 1;

	argv[0] = name;
	(void)snprintf(parsing->copy, sizeof(parsing->copy), "%s",
	    parsing->line);
	for (char *word = strtok_r(parsing->copy, " ", &save);
	     word != NULL && argc < WORDS_MAX;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	optind = 0;
	return psd_options_parse(argc, argv, &parsing->config);
}

static int
parse(const char *line, struct parsing *parsing, struct test_capture *said)
{
	*parsing = (struct parsing){ .line = line };
	return test_capture(parse_line, parsing, said);
}

static void
options_of_a_daemon_are_taken(void **state)
{
	struct test_capture said;
	struct parsing p;

	(void)state;
	assert_int_equal(parse("--policy-dir /a --policy-dir /b --check "
			       "--runtime-dir /r --config /c --resume 7",
			     &p, &said),
	    PSD_OPTIONS_RUN);
	assert_string_equal(p.config.policy_dirs[1], "/b");
	assert_null(p.config.policy_dirs[2]);
	assert_string_equal(p.config.runtime_dir, "/r");
	assert_string_equal(p.config.file, "/c");
	assert_true(p.config.is_check);
	assert_int_equal(p.config.state_fd, 7);
	assert_false(p.config.is_rehearsal);
	assert_int_equal(parse("--rehearse 9", &p, &said), PSD_OPTIONS_RUN);
	assert_int_equal(p.config.state_fd, 9);
	assert_true(p.config.is_rehearsal);
	assert_string_equal(p.config.policy_dirs[0], psd_policy_dirs[0]);
}

static void
options_of_one_program_or_server_are_taken(void **state)
{
	struct test_capture said;
	struct parsing p;

	(void)state;
	assert_int_equal(parse("--run --trace --policy /p --config /c -- "
			       "/bin/x x --check",
			     &p, &said),
	    PSD_OPTIONS_RUN);
	assert_true(p.config.is_run && p.config.is_trace);
	assert_string_equal(p.config.program[0], "/bin/x");
	assert_string_equal(p.config.program[2], "--check");
	assert_false(p.config.is_check);
	assert_null(p.config.policy_dirs[0]);
	assert_int_equal(parse("--monitor --policy /p", &p, &said),
	    PSD_OPTIONS_RUN);
	assert_true(p.config.is_monitor);
	assert_string_equal(p.config.policy_file, "/p");
}

#define DIRS_4 \
	" --policy-dir /a --policy-dir /a --policy-dir /a --policy-dir /a"
#define LONG_32 "/2345678901234567890123456789012"

static void
other_uses_are_refused_and_say_why(void **state)
{
	static const char only[] =
	    "--monitor and --run take --policy and --config only";
	static const struct {
		const char *line, *told;
	} cases[] = {
		{ "--policy-dir a",
		    "the policy directory must be absolute: a" },
		{ DIRS_4 DIRS_4 DIRS_4 DIRS_4 " --policy-dir /a",
		    "too many policy directories; try --help" },
		{ "--runtime-dir a",
		    "the runtime directory must be absolute: a" },
		{ "--runtime-dir " LONG_32 LONG_32 LONG_32 LONG_32,
		    "the runtime directory's name is too long" },
		{ "--resume 2", "not a descriptor: 2" },
		{ "--resume x", "not a descriptor: x" },
		{ "--rehearse 2147483648", "not a descriptor" },
		{ "--policy /p", "--policy goes with --monitor or --run" },
		{ "--run", "--policy goes with --monitor or --run" },
		{ "--monitor", "--policy goes with --monitor or --run" },
		{ "--trace", "--trace goes with --run" },
		{ "--monitor --trace --policy /p", "--trace goes with --run" },
		{ "--run --policy p", "the policy's path must be absolute: p" },
		{ "--run --policy /p --policy-dir /a", only },
		{ "--run --policy /p --runtime-dir /a", only },
		{ "--run --policy /p --check", only },
		{ "--run --policy /p --monitor", only },
		{ "--monitor --policy /p --resume 7", only },
		{ "x", "takes no arguments: x" },
		{ "--check -- x", "takes no arguments: x" },
		{ "--run --policy /p -- /x",
		    "--run takes a path and all of argv: /x" },
		{ "--run --policy /p -- x x",
		    "the program's path must be absolute: x" },
		{ "--frobnicate", "Try privsepd --help." },
		{ "--policy", "Try privsepd --help." },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_capture said;
		struct parsing p;

		assert_int_equal(parse(cases[i].line, &p, &said), USAGE);
		if (strstr(said.err, cases[i].told) == NULL)
			fail_msg("%s: %s", cases[i].line, said.err);
		assert_string_equal(said.out, "");
	}
}

static void
help_and_version_are_told(void **state)
{
	struct test_capture said;
	struct parsing p;

	(void)state;
	assert_int_equal(parse("--help", &p, &said), 0);
	assert_non_null(strstr(said.out, "Usage: privsepd [--policy-dir"));
	assert_int_equal(parse("--version", &p, &said), 0);
	assert_string_equal(said.out, "privsepd " PSD_VERSION "\n");
	assert_string_equal(said.err, "");
}

/* An ordinary user's place, in a child, since the user stays one. */
static int
as_ordinary_user(void *argument)
{
	static const char *const dirs[] = { NULL, "", "run/user/1",
		"/run/user/1" };
	struct test_capture said;
	struct parsing p;

	(void)argument;
	TEST_EXPECT(geteuid() != 0 || setuid(65534) == 0);
	for (size_t i = 0; i < PSD_ELEMENTS(dirs); i++) {
		if (dirs[i] == NULL)
			TEST_EXPECT(unsetenv("XDG_RUNTIME_DIR") == 0);
		else
			TEST_EXPECT(setenv("XDG_RUNTIME_DIR", dirs[i], 1) == 0);
		if (i == 3)
			break;
		TEST_EXPECT(parse("--check", &p, &said) == USAGE);
		TEST_EXPECT(strstr(said.err,
		    i < 2 ? "is not set; say --runtime" : "must be absolute"));
	}
	TEST_EXPECT(parse("--check", &p, &said) == PSD_OPTIONS_RUN);
	TEST_EXPECT(!strcmp(p.config.runtime_dir, "/run/user/1/privsepd"));
	return 0;
}

static void
ordinary_user_has_a_directory_of_his_own(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(as_ordinary_user, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_a_daemon_are_taken),
		cmocka_unit_test(options_of_one_program_or_server_are_taken),
		cmocka_unit_test(other_uses_are_refused_and_say_why),
		cmocka_unit_test(help_and_version_are_told),
		cmocka_unit_test(ordinary_user_has_a_directory_of_his_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
