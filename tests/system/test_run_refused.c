/* SPDX-License-Identifier: ISC */
/* privsepd --run says what it does not run, and ends by itself. */
#include "common/fd.h"
#include "common/handover.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/install_rig.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* As privsepctl(1) has them of privsepd. */
enum { FAILED = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

#define NOT_A_COMMAND "--run is for privsepctl run to say"

static const struct {
	const char *lines; /* of [Helper]; NULL: a link to /dev/null */
	const char *exec;  /* a path, or a name in the test's directory */
	int type;          /* of the socket to privsepctl; 0: none */
	bool is_gone;      /* its other end */
	int status;
	const char *wrong;
} cases[] = {
	{ "Type=filter", "/bin/cat", 0, false, FAILED, NOT_A_COMMAND },
	{ "Type=filter", "/bin/cat", SOCK_STREAM, false, FAILED,
	    NOT_A_COMMAND },
	{ NULL, "", SOCK_SEQPACKET, false, FAILED,
	    "is a link to /dev/null, which masks a policy" },
	{ "Type=program", "/bin/cat", SOCK_SEQPACKET, false, FAILED,
	    "is not for privsepctl run" },
	{ "Provides=sign", "/bin/cat", SOCK_SEQPACKET, false, FAILED,
	    "Provides= is for helpers of a daemon" },
	{ "Type=filter", "/dev/null/cat", SOCK_SEQPACKET, false, NOT_FOUND,
	    "Not a directory" },
	{ "Type=filter", "loop", SOCK_SEQPACKET, false, NOT_EXECUTABLE,
	    "Too many levels of symbolic links" },
	{ "ListenStream=/no/where", "/bin/cat", SOCK_SEQPACKET, false, FAILED,
	    "No such file or directory" },
	{ "Type=filter", "rubbish", SOCK_SEQPACKET, false, FAILED, "rubbish" },
	{ "Type=filter", "/bin/cat", SOCK_SEQPACKET, true, FAILED,
	    "cannot start the program" },
};

static char *dir, file[PATH_MAX];

static int
make_dir(void **state)
{
	char path[PATH_MAX];

	(void)state;
	dir = test_dir_make();
	assert_non_null(dir);
	(void)snprintf(file, sizeof(file), "%s/one.policy", dir);
	assert_int_equal(test_dir_write(dir, "rubbish", "no program"), 0);
	(void)snprintf(path, sizeof(path), "%s/rubbish", dir);
	assert_int_equal(chmod(path, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/loop", dir);
	return symlink(path, path);
}

static int
remove_dir(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

static void
write_policy(const char *lines, const char *exec)
{
	char text[2048];

	(void)unlink(file);
	if (lines == NULL) {
		assert_int_equal(symlink("/dev/null", file), 0);
		return;
	}
	(void)snprintf(text, sizeof(text),
	    "[Helper]\n%s\nExecStart=%s%s%s\n[Policy]\n"
	    "SystemCallFilter=@filter @loader\nAllowOpen=@runtime\n",
	    lines, *exec == '/' ? "" : dir, *exec == '/' ? "" : "/", exec);
	assert_int_equal(test_dir_write(dir, "one.policy", text), 0);
}

static _Noreturn void
become_privsepd(int control, int said)
{
	if (control < 0)
		(void)close(PSD_HANDOVER_NUMBER);
	else if (control == PSD_HANDOVER_NUMBER)
		(void)fcntl(control, F_SETFD, 0);
	else
		(void)dup2(control, PSD_HANDOVER_NUMBER);
	(void)dup2(said, STDERR_FILENO);
	(void)execl(install_rig_ours(), "privsepd", "--run", "--policy", file,
	    (char *)NULL);
	_exit(98);
}

/* Its exit status, and what it says. */
static int
run(int control, char *ret, size_t size)
{
	_cleanup_fd_ int reading = PSD_NO_FD;
	int ends[2];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	reading = ends[0];
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		become_privsepd(control, ends[1]);
	(void)close(ends[1]);
	while ((n = read(reading, ret + len, size - 1 - len)) > 0)
		len += (size_t)n;
	ret[len] = '\0';
	return test_child_exit_status(pid);
}

static void
what_is_not_run_is_said_and_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		int pair[2] = { PSD_NO_FD, PSD_NO_FD }, status;
		char text[4096];

		write_policy(cases[i].lines, cases[i].exec);
		if (cases[i].type != 0)
			assert_int_equal(socketpair(AF_UNIX,
					     cases[i].type | SOCK_CLOEXEC, 0,
					     pair),
			    0);
		if (cases[i].is_gone)
			psd_fd_cleanup(&pair[1]);
		status = run(pair[0], text, sizeof(text));
		if (status != cases[i].status ||
		    strstr(text, cases[i].wrong) == NULL)
			fail_msg("%zu: %d: %s", i, status, text);
		psd_fd_cleanup(&pair[0]);
		psd_fd_cleanup(&pair[1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_is_not_run_is_said_and_ends, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
