/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/start.h"

#include "common/fd.h"
#include "common/pair.h"
#include "daemon/ctl/ctl.h"
#include "daemon/ctl/out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Beside us, as it is built, or where it is installed with us.  Whoever could
 * put another one there could put another privsepctl there.
 */
static int
find_daemon(char ret[PATH_MAX])
{
	static const char *const places[] = { "privsepd", "../sbin/privsepd" };
	char self[PATH_MAX / 2];
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	ssize_t dir = n;

	if (n < 0 || n == sizeof(self))
		return -ENOENT;
	while (dir > 0 && self[dir - 1] != '/')
		dir--;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(ret, PATH_MAX, "%.*s%s", (int)dir, self,
		    places[i]);
		if (access(ret, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

/*
 * Without a variable, which would tell it of a service manager that is none of
 * its, and in a session of its own: what a terminal's keys end is privsepctl,
 * and then the program.  It holds neither of our input and output, whose ends
 * others wait for.  Descriptors beyond are closed by privsepd.
 */
static _Noreturn void
become_daemon(const char *path, char *const *argv, int control)
{
	char *const environment[] = { NULL };
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int away = fcntl(control, F_DUPFD, PSD_HANDOVER_NUMBER + 1);
	sigset_t none;

	(void)sigemptyset(&none);
	if (null < 0 || away < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(away, PSD_HANDOVER_NUMBER) < 0 || setsid() < 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) < 0 ||
	    execve(path, argv, environment) < 0)
		psd_ctl_complain("cannot start %s: %s", path, strerror(errno));
	_exit(PSD_CTL_RUN_FAILED);
}

/*
 * With one of the first three closed, an end of ours would stand for it.  What
 * reads nothing and takes nothing does instead.  And an ignored SIGCHLD would
 * keep privsepd's status from us.
 */
static int
settle_process(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
	} while (fd <= STDERR_FILENO);
	psd_fd_close(fd);
	return signal(SIGCHLD, SIG_DFL) == SIG_ERR ? -errno : 0;
}

static int
fail(const char *what, int r)
{
	psd_ctl_complain("cannot %s: %s", what, strerror(-r));
	return PSD_CTL_RUN_FAILED;
}

int
psd_start_program(struct psd_start *ret, char *const *argv)
{
	_cleanup_fd_ int theirs = PSD_NO_FD;
	char path[PATH_MAX];
	int ends[2];
	int r;

	*ret = (struct psd_start){ .pid = -1,
		.control = PSD_NO_FD,
		.pair = PSD_NO_FD };
	r = settle_process();
	if (r < 0)
		return fail("begin", r);
	r = find_daemon(path);
	if (r < 0)
		return fail("find privsepd", r);
	r = psd_pair(SOCK_SEQPACKET, ends);
	if (r < 0)
		return fail("make a pair", r);
	ret->control = ends[0];
	theirs = ends[1];
	ret->pid = fork();
	if (ret->pid < 0)
		return fail("start privsepd", -errno);
	if (ret->pid == 0)
		become_daemon(path, argv, theirs);
	psd_fd_cleanup(&theirs);
	r = psd_handover_receive(ret->control, &ret->handover, &ret->pair);
	if (r == 0)
		return 0;
	/* It has said why. */
	if (r != -EPIPE)
		return fail("hear of privsepd", r);
	r = psd_start_end(ret);
	return r == PSD_CTL_RUN_NOT_EXECUTABLE || r == PSD_CTL_RUN_NOT_FOUND
	    ? r
	    : PSD_CTL_RUN_FAILED;
}

int
psd_start_end(struct psd_start *start)
{
	int status = 0;
	pid_t pid;

	psd_fd_cleanup(&start->pair);
	psd_fd_cleanup(&start->control);
	if (start->pid < 0)
		return PSD_CTL_RUN_FAILED;
	do {
		pid = waitpid(start->pid, &status, 0);
	} while (pid < 0 && errno == EINTR);
	start->pid = -1;
	if (pid >= 0 && WIFEXITED(status))
		return WEXITSTATUS(status);
	psd_ctl_complain("privsepd itself was killed");
	return PSD_CTL_RUN_FAILED;
}
