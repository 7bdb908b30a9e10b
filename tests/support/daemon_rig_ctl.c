/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_MAX = 65536, WORDS_MAX = 16 };

static char text[TEXT_MAX];

/* Reads until end-of-file; what does not fit is the test's mistake. */
static void
read_all(int fd)
{
	size_t used = 0;
	ssize_t n;

	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
}

int
daemon_rig_ctl(const struct daemon_rig *rig, const char **ret_text, ...)
{
	char program[PATH_MAX], run[PATH_MAX];
	char *words[WORDS_MAX] = { program, (char *)(uintptr_t) "--runtime-dir",
		run };
	int out[2], n = 3, status;
	va_list rest;
	pid_t pid;

	va_start(rest, ret_text);
	while ((words[n] = va_arg(rest, char *)) != NULL)
		assert_true(++n < WORDS_MAX);
	va_end(rest);
	assert_non_null(getenv("B"));
	(void)snprintf(program, sizeof(program), "%s/privsepctl", getenv("B"));
	(void)snprintf(run, sizeof(run), "%s/run", rig->dir);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(out[1], STDOUT_FILENO);
		(void)dup2(out[1], STDERR_FILENO);
		(void)execv(program, words);
		_exit(98);
	}
	(void)close(out[1]);
	read_all(out[0]);
	(void)close(out[0]);
	assert_int_equal(test_child_wait(pid, &status), 0);
	*ret_text = text;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
daemon_rig_connect(const struct daemon_rig *rig, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/run/%s.sock", rig->dir, name);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	return fd;
}
