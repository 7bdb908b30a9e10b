/* SPDX-License-Identifier: ISC */
/* Credentials of a real daemon's unit, for real helpers. */
#include "tests/system/reexec_fixture.h"

static const char variable[] = "CREDENTIALS_DIRECTORY";

/* As the service manager makes them: the daemon's alone. */
static void
start(const char *lines)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/files", rig.dir);
	daemon_rig_write(&rig, "files/tls.key", "secret");
	daemon_rig_write(&rig, "files/other", "no");
	assert_int_equal(chmod(path, 0500), 0);
	assert_int_equal(setenv(variable, path, 1), 0);
	daemon_rig_puppet(&rig, "one", "", lines);
	daemon_rig_start(&rig);
	assert_int_equal(unsetenv(variable), 0);
}

static void
a_helper_reads_its_credential_and_sees_no_other(void **state)
{
	int fd;

	(void)state;
	start("AllowCredential=tls.key");
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "credential tls.key"),
	    "ok secret");
	assert_string_equal(daemon_rig_say(fd, "credential other"), "-1");
	assert_string_equal(daemon_rig_say(fd, "read %s/files/tls.key",
				rig.dir),
	    "-1");
	assert_string_not_equal(daemon_rig_say(fd, "try %s/files/tls.key",
				    rig.dir),
	    "ok");
	assert_string_equal(daemon_rig_say(fd, "variable %s", variable),
	    "none");
	assert_string_equal(daemon_rig_say(fd, "fds"), "0 1 2 3 4");
	(void)close(fd);
	assert_false(daemon_rig_has_logged(&rig, "there are no credentials"));
	expect_stop();
}

static void
a_re_execution_keeps_the_directory(void **state)
{
	int fd;

	(void)state;
	start("AllowCredential=*");
	for (int i = 0; i < 2; i++) {
		expect_reexec();
		fd = daemon_rig_connect(&rig, "one");
		assert_string_equal(daemon_rig_say(fd, "credential tls.key"),
		    "ok secret");
		(void)close(fd);
	}
	expect_stop();
}

static void
without_a_directory_the_load_warns_and_requests_fail(void **state)
{
	int fd;

	(void)state;
	daemon_rig_puppet(&rig, "one", "", "AllowCredential=tls.key");
	daemon_rig_start(&rig);
	assert_true(daemon_rig_has_logged(&rig,
	    "there are no credentials: CREDENTIALS_DIRECTORY is not set"));
	expect_reexec();
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "credential tls.key"), "-2");
	(void)close(fd);
	expect_stop();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_helper_reads_its_credential_and_sees_no_other),
		CASE(a_re_execution_keeps_the_directory),
		CASE(without_a_directory_the_load_warns_and_requests_fail),
	};

	(void)unsetenv(variable);
	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
