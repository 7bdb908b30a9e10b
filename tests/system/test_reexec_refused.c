/* SPDX-License-Identifier: ISC */
/* When its program cannot take over, the daemon goes on and says why. */
#include "common/fd.h"
#include "common/seal.h"
#include "tests/support/install_rig.h"
#include "tests/system/reexec_fixture.h"

#include <sys/wait.h>

static void
start_installed(void)
{
	daemon_rig_puppet(&rig, "one", "", "");
	install_rig_put(&rig, install_rig_ours());
	daemon_rig_start(&rig);
}

/* Where it was started from. */
static const char *
place(void)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/privsepd", rig.dir);
	return path;
}

static void
another_program_is_not_executed(void **state)
{
	(void)state;
	start_installed();
	install_rig_put(&rig, "/bin/true");
	expect_no_reexec("the program on disk cannot take over");
	install_rig_put(&rig, "/bin/false");
	expect_no_reexec("the program on disk cannot take over");
	install_rig_put(&rig, "/etc/passwd");
	expect_no_reexec("it cannot be executed");
	expect_alive();
	install_rig_put(&rig, install_rig_ours());
	expect_reexec();
	expect_alive();
	expect_stop();
}

static void
a_program_that_is_missing_or_anybody_s_is_not_executed(void **state)
{
	(void)state;
	start_installed();
	assert_int_equal(chmod(place(), 0775), 0);
	expect_no_reexec("others may change it");
	assert_int_equal(chmod(place(), 0755), 0);
	assert_int_equal(chown(place(), 12345, (gid_t)-1), 0);
	expect_no_reexec("others may change it");
	assert_int_equal(chown(place(), 0, (gid_t)-1), 0);
	assert_int_equal(chmod(place(), 0644), 0);
	expect_no_reexec("not a program");
	assert_int_equal(chmod(place(), 0755), 0);
	assert_int_equal(chmod(rig.dir, 0777), 0);
	expect_no_reexec("may be written by its group or by others");
	assert_int_equal(chmod(rig.dir, 0755), 0);
	assert_int_equal(unlink(place()), 0);
	expect_no_reexec("No such file or directory");
	expect_alive();
	expect_stop();
}

static void
settings_that_are_wrong_or_need_a_restart_are_told(void **state)
{
	(void)state;
	start_installed();
	daemon_rig_write(&rig, "privsepd.conf", "[Daemon]\nNoSuchKey=1\n");
	expect_no_reexec("unknown key NoSuchKey=");
	daemon_rig_write(&rig, "privsepd.conf",
	    "[Daemon]\nUidRange=1800000000-1800000999\n");
	expect_no_reexec("UidRange= has changed");
	expect_alive();
	expect_stop();
}

static void
a_rehearsal_changes_nothing(void **state)
{
	const char *text;

	(void)state;
	start_installed();
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reexec", "--dry-run",
			     NULL),
	    0);
	assert_non_null(strstr(text, "can take over"));
	expect_alive();
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_null(strstr(text, "re-executed"));
	expect_stop();
}

static void
only_root_and_the_daemon_s_user_may(void **state)
{
	const char *text;
	pid_t pid;

	(void)state;
	start_installed();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgid(12345) < 0 || setuid(12345) < 0)
			_exit(1);
		_exit(daemon_rig_ctl(&rig, &text, "reexec", NULL));
	}
	/* The socket is not theirs, even. */
	assert_int_equal(test_child_exit_status(pid), 4);
	expect_stop();
}

/* What privsepd says of a state in descriptor 3, and its exit status. */
static int
resume(int fd, char *ret, size_t size)
{
	_cleanup_fd_ int reading = PSD_NO_FD;
	int ends[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	reading = ends[0];
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(ends[1], STDERR_FILENO);
		(void)dup2(fd, 3);
		(void)fcntl(3, F_SETFD, 0);
		(void)execl(install_rig_ours(), "privsepd", "--resume=3",
		    "--runtime-dir", "/nowhere", (char *)NULL);
		_exit(98);
	}
	(void)close(ends[1]);
	while ((n = read(reading, ret + len, size - 1 - len)) > 0)
		len += (size_t)n;
	ret[len] = '\0';
	assert_int_equal(test_child_wait(pid, &status), 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
what_is_no_state_is_refused(void **state)
{
	static const char zeros[64];
	const int fds[] = {
		psd_seal_write("test", zeros, sizeof(zeros)),
		psd_seal_write("test", "x", 1),
		open("/dev/zero", O_RDONLY | O_CLOEXEC),
		open("/etc/passwd", O_RDONLY | O_CLOEXEC),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		char text[1024];

		assert_true(fds[i] >= 0);
		assert_int_equal(resume(fds[i], text, sizeof(text)), 1);
		assert_non_null(
		    strstr(text, "cannot go on with what was left"));
		(void)close(fds[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(another_program_is_not_executed),
		CASE(a_program_that_is_missing_or_anybody_s_is_not_executed),
		CASE(settings_that_are_wrong_or_need_a_restart_are_told),
		CASE(a_rehearsal_changes_nothing),
		CASE(only_root_and_the_daemon_s_user_may),
		CASE(what_is_no_state_is_refused),
	};

	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
