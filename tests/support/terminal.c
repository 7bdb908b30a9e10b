/* SPDX-License-Identifier: ISC */
#include "tests/support/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* The master, without which the terminal would hang up. */
static int master = -1;

/* Each byte counts as it comes, also without the end of a line. */
static int
take_terminal(void)
{
	struct termios settings;
	const char *name;
	int fd;

	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 ||
	    setsid() < 0)
		return -1;
	name = ptsname(master);
	/* The first that a session's leader opens is its own. */
	fd = name == NULL ? -1 : open(name, O_RDWR | O_CLOEXEC);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 ||
	    tcgetattr(fd, &settings) < 0)
		return -1;
	cfmakeraw(&settings);
	return tcsetattr(fd, TCSANOW, &settings);
}

int
test_terminal_run(int (*body)(void))
{
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
		    take_terminal() < 0) {
			perror("no terminal");
			_exit(1);
		}
		exit(body());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

size_t
test_terminal_input(void)
{
	int n = 0;

	return ioctl(STDIN_FILENO, FIONREAD, &n) < 0 ? 0 : (size_t)n;
}
