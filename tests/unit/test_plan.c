/* SPDX-License-Identifier: ISC */
/* From a policy's text to a helper with every layer around it. */
#include "common/fd.h"
#include "tests/support/fds.h"
#include "tests/support/plan_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char plain[] = " one two\nLimitNOFILE=64";

static void
load(struct plan_rig *rig, const char *program, const char *helper_lines,
    const char *policy_lines)
{
	if (plan_rig_load(rig, program, helper_lines, policy_lines) < 0)
		fail_msg("%s", rig->diag.text);
}

static void
start(struct plan_rig *rig, bool without_listener)
{
	if (plan_rig_start(rig, without_listener) < 0)
		fail_msg("%s: %s", psd_step_name(rig->spawn.failure.step),
		    strerror(rig->spawn.failure.error));
}

static void
helper_with_all_layers_runs(void **state)
{
	struct plan_rig rig;
	char text[256];

	(void)state;
	load(&rig, "tiny_pong", plain, "SystemCallFilter=@helper");
	start(&rig, false);
	if ((plan_rig_host.layers & PSD_LAYER_LISTENER) != 0)
		assert_true(rig.spawn.child.listener >= 0);
	spawn_rig_status(&rig.spawn, "Seccomp", text, sizeof(text));
	assert_string_equal(text, "2");
	spawn_rig_status(&rig.spawn, "NoNewPrivs", text, sizeof(text));
	assert_string_equal(text, "1");
	assert_int_equal(send(rig.spawn.pair, "ping", 4, MSG_NOSIGNAL), 4);
	assert_int_equal(recv(rig.spawn.pair, text, sizeof(text), 0), 4);
	plan_rig_free(&rig);
}

static void
layers_tell_what_helpers_get(void **state)
{
	const uint32_t all = plan_rig_host.layers;
	struct plan_rig rig;

	(void)state;
	load(&rig, "tiny_pong", plain, "SystemCallFilter=@helper");
	assert_int_equal(psd_prepared_layers(rig.prepared), all);
	plan_rig_free(&rig);
	load(&rig, "tiny_pong", "\nUser=nobody", "SystemCallFilter=@helper");
	assert_int_equal(psd_prepared_layers(rig.prepared),
	    all & ~(uint32_t)PSD_LAYER_UID);
	plan_rig_free(&rig);
	load(&rig, "tiny_pong", plain,
	    "SystemCallFilter=@helper\nOnViolation=log");
	assert_int_equal(psd_prepared_layers(rig.prepared),
	    all & ~(uint32_t)PSD_LAYER_FILTER);
	plan_rig_free(&rig);
	assert_int_equal(psd_prepared_layers(NULL), 0);
}

static void
required_layer_that_is_missing_is_an_error(void **state)
{
	const uint32_t layers = plan_rig_host.layers;
	struct plan_rig rig;

	(void)state;
	plan_rig_host.layers &= ~(uint32_t)PSD_LAYER_LANDLOCK;
	assert_int_equal(plan_rig_load(&rig, "tiny_pong", "\nRequire=landlock",
			     "SystemCallFilter=@helper"),
	    -EINVAL);
	assert_non_null(strstr(rig.diag.text, "t.policy"));
	assert_non_null(strstr(rig.diag.text, "landlock"));
	plan_rig_free(&rig);
	load(&rig, "tiny_pong", plain, "SystemCallFilter=@helper");
	assert_int_equal(rig.prepared->plan.landlock_fd, PSD_NO_FD);
	plan_rig_free(&rig);
	plan_rig_host.layers = layers;
}

static void
dynamic_program_runs_with_the_runtime(void **state)
{
	struct plan_rig rig;

	(void)state;
	load(&rig, "/bin/true", "",
	    "AllowOpen=@runtime\nSystemCallFilter=@helper @loader");
	start(&rig, true);
	assert_int_equal(spawn_rig_wait(&rig.spawn), 0);
	plan_rig_free(&rig);
}

static void
dynamic_program_without_the_runtime_is_an_error(void **state)
{
	struct plan_rig rig;

	(void)state;
	assert_int_equal(plan_rig_load(&rig, "/bin/true", "",
			     "SystemCallFilter=@helper @loader"),
	    -EINVAL);
	assert_non_null(strstr(rig.diag.text, "t.policy:2: "));
	assert_non_null(strstr(rig.diag.text,
	    "needs its loader and libraries, which the helper may not see; "
	    "to allow: AllowOpen=@runtime"));
	plan_rig_free(&rig);
}

static void
script_is_run_by_its_interpreter(void **state)
{
	static const char script[] = "#! /bin/sh -e\nexit $((40 + $#))\n";
	struct plan_rig rig;
	char path[] = "/tmp/privsep-script-XXXXXX";
	const int fd = mkostemp(path, O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, script, sizeof(script) - 1),
	    sizeof(script) - 1);
	assert_int_equal(fchmod(fd, 0755), 0);
	(void)close(fd);
	load(&rig, path, " one two",
	    "AllowOpen=@runtime\n"
	    "SystemCallFilter=@helper @loader getppid geteuid fcntl stat "
	    "newfstatat dup3\nOnViolation=errno");
	assert_string_equal(rig.prepared->plan.argv[0], "/bin/sh");
	assert_string_equal(rig.prepared->plan.argv[1], "-e");
	assert_string_equal(rig.prepared->plan.argv[2], path);
	assert_string_equal(rig.prepared->plan.argv[3], "one");
	assert_null(rig.prepared->plan.argv[5]);
	start(&rig, true);
	assert_int_equal(spawn_rig_wait(&rig.spawn), 42);
	plan_rig_free(&rig);
	assert_int_equal(unlink(path), 0);
}

struct bad_file {
	const char *text;
	mode_t mode;
	const char *says;
};

static const struct bad_file bad_files[] = {
	{ "nothing", 0755, "neither" },
	{ "", 0755, "neither" },
	{ "#", 0755, "neither" },
	{ "#!", 0755, "neither" },
	{ "#!\n", 0755, "neither" },
	{ "#! \n", 0755, "neither" },
	{ "#!relative\n", 0755, "neither" },
	{ "#!/bin/sh without an end", 0755, "neither" },
	{ "#!/no/such/program\n", 0755, "cannot open /no/such/program" },
	{ "#!/etc/passwd\n", 0755, "not an executable file" },
	{ "\177ELF\1\1\1", 0755, "neither" },
	{ "\177ELF\2\1\1", 0644, "not an executable file" },
	{ "\177ELF\2\1\1", 0700, "chmod o+x" },
};

static void
file_that_is_no_program_is_an_error_at_load(void **state)
{
	char path[] = "/tmp/privsep-program-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	const size_t fds = test_fds_count();

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
		const size_t len = strlen(bad_files[i].text);
		struct plan_rig rig;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, bad_files[i].text, len, 0), len);
		assert_int_equal(fchmod(fd, bad_files[i].mode), 0);
		assert_true(plan_rig_load(&rig, path, "",
				"SystemCallFilter=@helper") < 0);
		assert_non_null(rig.diag.text);
		if (strstr(rig.diag.text, bad_files[i].says) == NULL)
			fail_msg("file %zu: %s", i, rig.diag.text);
		assert_non_null(strstr(rig.diag.text, "t.policy:2: "));
		plan_rig_free(&rig);
	}
	assert_int_equal(test_fds_count(), fds);
	(void)close(fd);
	assert_int_equal(unlink(path), 0);
}

static void
limit_above_the_daemons_own_is_an_error(void **state)
{
	struct rlimit limit;
	char lines[128];
	struct plan_rig rig;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	(void)snprintf(lines, sizeof(lines), "\nLimitNOFILE=%llu",
	    (unsigned long long)limit.rlim_cur - 1);
	assert_true(plan_rig_load(&rig, "tiny_pong", lines,
			"SystemCallFilter=@helper") < 0);
	assert_non_null(strstr(rig.diag.text, "LimitNOFILE="));
	plan_rig_free(&rig);
	load(&rig, "tiny_pong", "\nLimitNOFILE=8", "SystemCallFilter=@helper");
	start(&rig, false);
	plan_rig_free(&rig);
}

static void
plan_holds_nothing_when_it_is_freed(void **state)
{
	const size_t fds = test_fds_count();

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct plan_rig rig;

		load(&rig, "tiny_pong", plain,
		    "AllowOpen=@runtime\nSystemCallFilter=@helper");
		start(&rig, false);
		plan_rig_free(&rig);
	}
	assert_int_equal(test_fds_count(), fds);
}

static void
reports_without_a_listener_are_warned_of(void **state)
{
	const uint32_t layers = plan_rig_host.layers;
	static const char lines[] = "SystemCallFilter=@helper\nReportOpens=yes";
	struct plan_rig rig;

	(void)state;
	plan_rig_host.layers &= ~(uint32_t)PSD_LAYER_LISTENER;
	load(&rig, "tiny_pong", plain, lines);
	assert_int_equal(rig.diag.warnings, 1);
	assert_non_null(
	    strstr(rig.diag.text, "ReportOpens=yes has no effect here"));
	plan_rig_free(&rig);
	plan_rig_host.layers = layers;
	if ((layers & PSD_LAYER_LISTENER) == 0)
		return;
	load(&rig, "tiny_pong", plain, lines);
	assert_int_equal(rig.diag.warnings, 0);
	plan_rig_free(&rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(helper_with_all_layers_runs),
		cmocka_unit_test(layers_tell_what_helpers_get),
		cmocka_unit_test(reports_without_a_listener_are_warned_of),
		cmocka_unit_test(required_layer_that_is_missing_is_an_error),
		cmocka_unit_test(dynamic_program_runs_with_the_runtime),
		cmocka_unit_test(
		    dynamic_program_without_the_runtime_is_an_error),
		cmocka_unit_test(script_is_run_by_its_interpreter),
		cmocka_unit_test(file_that_is_no_program_is_an_error_at_load),
		cmocka_unit_test(limit_above_the_daemons_own_is_an_error),
		cmocka_unit_test(plan_holds_nothing_when_it_is_freed),
	};
	const int skipped = plan_rig_prepare();
	int failed;

	if (skipped != 0)
		return skipped;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	psd_host_free(&plan_rig_host);
	return failed;
}
