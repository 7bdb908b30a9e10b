/* SPDX-License-Identifier: ISC */
/*
 * While a program is rehearsed, it and the policies can change: then what
 * would be done is not what was rehearsed, which is done once more.  The
 * program is a script here, which does something and goes on as privsepd.
 */
#include "common/mem.h"
#include "tests/support/install_rig.h"
#include "tests/system/reexec_fixture.h"

#include <limits.h>

/* What it does, after it has noted that it was executed. */
static void
put_script(const char *lines)
{
	char text[2048], place[PATH_MAX];

	(void)snprintf(text, sizeof(text),
	    "#!/bin/sh\nours=%s\ncd %s || exit\necho >>times\n%s\n"
	    "exec \"$ours\" \"$@\"\n",
	    install_rig_ours(), rig.dir, lines);
	(void)snprintf(place, sizeof(place), "%s/privsepd", rig.dir);
	(void)unlink(place);
	(void)rmdir(place);
	daemon_rig_write(&rig, "privsepd", text);
	assert_int_equal(chmod(place, 0755), 0);
	assert_int_equal(utimensat(AT_FDCWD, place,
			     (const struct timespec[]){ { 1000000000, 0 },
				 { 1000000000, 0 } },
			     0),
	    0);
}

/* How often it was executed since. */
static off_t
take_times(void)
{
	struct stat status;
	char place[PATH_MAX];

	(void)snprintf(place, sizeof(place), "%s/times", rig.dir);
	assert_int_equal(stat(place, &status), 0);
	assert_int_equal(unlink(place), 0);
	return status.st_size;
}

static void
start_installed(void)
{
	daemon_rig_puppet(&rig, "one", "", "");
	install_rig_put(&rig, install_rig_ours());
	daemon_rig_start(&rig);
}

static void
what_changes_meanwhile_is_rehearsed_again(void **state)
{
	/* At the first time alone, when there is one line of times. */
	static const char *const changes[] = {
		"cp privsepd new && mv new privsepd",
		"echo '#' >>privsepd",
		"touch -d @1000000001 privsepd",
		"touch -d @1000000000.5 privsepd",
		"${ours%d}ctl --runtime-dir run reload",
	};
	const char *text;
	char lines[512];

	(void)state;
	start_installed();
	for (size_t i = 0; i < PSD_ELEMENTS(changes); i++) {
		(void)snprintf(lines, sizeof(lines),
		    "[ \"$(wc -l <times)\" -gt 1 ] || {\n%s\n} || exit",
		    changes[i]);
		put_script(lines);
		if (daemon_rig_ctl(&rig, &text, "reexec", "--dry-run", NULL) !=
			0 ||
		    strstr(text, "can take over") == NULL)
			fail_msg("%s: %s", changes[i], text);
		assert_int_equal(take_times(), 2);
	}
	put_script("");
	expect_reexec();
	assert_int_equal(take_times(), 2);
	expect_alive();
	expect_stop();
}

static void
what_a_program_says_before_it_fails_is_told(void **state)
{
	const char *text;

	(void)state;
	start_installed();
	put_script("echo one; echo two; kill -9 $$");
	expect_no_reexec("the program on disk cannot take over:\none\ntwo\n");
	put_script("head -c 9999 /dev/zero | tr '\\0' x; exit 1");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reexec", NULL), 1);
	assert_non_null(strstr(text, "cannot take over:\nxxx"));
	put_script("mv privsepd other; mkdir privsepd");
	expect_no_reexec("privsepd: not a program");
	put_script("echo something");
	expect_reexec();
	expect_alive();
	expect_stop();
}

static int
dry_run(void *argument)
{
	const char *text;

	(void)argument;
	return daemon_rig_ctl(&rig, &text, "reexec", "--dry-run", NULL);
}

static void
only_one_at_a_time_is_begun(void **state)
{
	char place[PATH_MAX];
	pid_t first;
	int fd;

	(void)state;
	start_installed();
	(void)snprintf(place, sizeof(place), "%s/gate", rig.dir);
	assert_int_equal(mkfifo(place, 0600), 0);
	put_script("read -r line <gate");
	first = test_child_start(dry_run, NULL);
	assert_true(first > 0);
	/* Opened once the script reads. */
	fd = open(place, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	expect_no_reexec("it is being re-executed already");
	assert_int_equal(write(fd, "\n", 1), 1);
	assert_int_equal(test_child_exit_status(first), 0);
	(void)close(fd);
	expect_alive();
	expect_stop();
}

/* While a helper is waited for, which hears nothing. */
static void
daemon_that_is_about_to_end_does_so(void **state)
{
	const char *text;
	pid_t helper;
	int fd;

	(void)state;
	start_installed();
	fd = daemon_rig_connect(&rig, "one");
	helper = atoi(daemon_rig_say(fd, "pid"));
	assert_true(helper > 1);
	assert_int_equal(kill(helper, SIGSTOP), 0);
	assert_int_equal(kill(rig.pid, SIGTERM), 0);
	do
		(void)daemon_rig_ctl(&rig, &text, "reexec", "--dry-run", NULL);
	while (strstr(text, "can take over") != NULL);
	assert_non_null(strstr(text, "privsepd is about to end"));
	assert_int_equal(kill(helper, SIGCONT), 0);
	(void)close(fd);
	(void)daemon_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_changes_meanwhile_is_rehearsed_again),
		CASE(what_a_program_says_before_it_fails_is_told),
		CASE(only_one_at_a_time_is_begun),
		CASE(daemon_that_is_about_to_end_does_so),
	};

	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
