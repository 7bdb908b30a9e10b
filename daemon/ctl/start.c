/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/start.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "daemon/ctl/ask.h"
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

int
psd_start_find(const char *const *places, size_t n, char ret[PATH_MAX])
{
	char self[PATH_MAX / 2];
	const ssize_t len = readlink("/proc/self/exe", self, sizeof(self));
	ssize_t dir = len;

	if (len < 0 || len == sizeof(self))
		return -ENOENT;
	while (dir > 0 && self[dir - 1] != '/')
		dir--;
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(ret, PATH_MAX, "%.*s%s", (int)dir, self,
		    places[i]);
		if (access(ret, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

/*
 * In a session of its own: what a terminal's keys end is privsepctl, and then
 * the program.  It holds neither of our input and output, whose ends others
 * wait for.
 */
static int
settle_child(void)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	(void)sigemptyset(&none);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || setsid() < 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return -errno;
	psd_fd_close(null);
	return 0;
}

/* The privsepd to be, and its words. */
struct daemon {
	char path[PATH_MAX];
	char *const *argv;
};

/*
 * Without a variable, which would tell it of a service manager that is none of
 * its.  Descriptors beyond are closed by privsepd.
 */
static int
become_daemon(void *cookie, int control)
{
	const struct daemon *daemon = cookie;
	char *const environment[] = { NULL };
	const int away = fcntl(control, F_DUPFD, PSD_HANDOVER_NUMBER + 1);

	if (away < 0 || dup2(away, PSD_HANDOVER_NUMBER) < 0 ||
	    execve(daemon->path, daemon->argv, environment) < 0)
		psd_ctl_complain("cannot start %s: %s", daemon->path,
		    strerror(errno));
	return PSD_CTL_RUN_FAILED;
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

/* Ready for a program; psd_start_end() does not do harm. */
static int
begin(struct psd_start *ret)
{
	*ret = (struct psd_start){
		.pid = -1,
		.control = PSD_NO_FD,
		.pair = PSD_NO_FD,
	};
	return settle_process();
}

/* privsepd's own status, once it has closed its side. */
static int
await_daemon(struct psd_start *start)
{
	const pid_t pid = start->pid;
	int status = 0;
	pid_t ended;

	psd_fd_cleanup(&start->control);
	start->pid = -1;
	do {
		ended = waitpid(pid, &status, 0);
	} while (ended < 0 && errno == EINTR);
	if (ended >= 0 && WIFEXITED(status))
		return WEXITSTATUS(status);
	psd_ctl_complain("privsepd itself was killed");
	return PSD_CTL_RUN_FAILED;
}

/* 0, or the status to exit with. */
static int
await_start(struct psd_start *start)
{
	int r = psd_handover_receive(start->control, &start->handover,
	    &start->pair);

	if (r == 0 && start->handover.kind == PSD_HANDOVER_REFUSED)
		return fail("run it", start->handover.status);
	if (r == 0 && start->handover.kind != PSD_HANDOVER_STARTED)
		r = -EBADMSG;
	if (r == 0)
		return 0;
	/* It was a native helper that we came to, and it does not know us. */
	if (start->pid < 0 && (r == -EPIPE || r == -EBADMSG)) {
		psd_ctl_complain("the service has run no program; is it of "
				 "Type=filter?");
		return PSD_CTL_RUN_FAILED;
	}
	/* Our own privsepd has said why. */
	if (r != -EPIPE)
		return fail("hear of privsepd", r);
	r = await_daemon(start);
	return r == PSD_CTL_RUN_NOT_EXECUTABLE || r == PSD_CTL_RUN_NOT_FOUND
	    ? r
	    : PSD_CTL_RUN_FAILED;
}

int
psd_start_child(struct psd_start *ret, psd_start_body *body, void *cookie)
{
	_cleanup_fd_ int theirs = PSD_NO_FD;
	int ends[2];
	int r;

	r = begin(ret);
	if (r < 0)
		return fail("begin", r);
	r = psd_pair(SOCK_SEQPACKET, ends);
	if (r < 0)
		return fail("make a pair", r);
	ret->control = ends[0];
	theirs = ends[1];
	ret->pid = fork();
	if (ret->pid < 0)
		return fail("start a process", -errno);
	if (ret->pid == 0) {
		psd_fd_cleanup(&ret->control);
		r = settle_child();
		_exit(r < 0 ? fail("begin", r) : body(cookie, theirs));
	}
	psd_fd_cleanup(&theirs);
	return await_start(ret);
}

/*
 * Beside us, as it is built, or where it is installed with us.  Whoever could
 * put another one there could put another privsepctl there.
 */
int
psd_start_program(struct psd_start *ret, char *const *argv)
{
	static const char *const places[] = { "privsepd", "../sbin/privsepd" };
	struct daemon daemon = { .argv = argv };
	const int r = psd_start_find(places, PSD_ELEMENTS(places), daemon.path);

	if (r == 0)
		return psd_start_child(ret, become_daemon, &daemon);
	(void)begin(ret);
	return fail("find privsepd", r);
}

/* A client that says nothing is no client yet; what it says is not read. */
int
psd_start_service(struct psd_start *ret, const struct psd_ctl *ctl,
    const char *service)
{
	const char word = 0;
	int r;

	r = begin(ret);
	if (r < 0)
		return fail("begin", r);
	r = psd_ctl_connect_service(ctl, service, &ret->control);
	if (r < 0) {
		psd_ctl_complain("cannot come to the service %s: %s", service,
		    strerror(-r));
		return PSD_CTL_RUN_FAILED;
	}
	/* One that was refused has been told so, and hears it below. */
	if (send(ret->control, &word, sizeof(word), MSG_NOSIGNAL) < 0 &&
	    errno != EPIPE)
		return fail("speak to the daemon", -errno);
	return await_start(ret);
}

int
psd_start_status(struct psd_start *start)
{
	struct psd_handover said;
	int none = PSD_NO_FD;
	int r;

	if (start->pid >= 0)
		return await_daemon(start);
	r = psd_handover_receive(start->control, &said, &none);
	psd_fd_cleanup(&none);
	if (r == 0 && said.kind == PSD_HANDOVER_ENDED)
		return said.status;
	return fail("hear how it ended", r < 0 ? r : -EBADMSG);
}

void
psd_start_end(struct psd_start *start)
{
	psd_fd_cleanup(&start->pair);
	psd_fd_cleanup(&start->control);
	if (start->pid >= 0)
		(void)await_daemon(start);
}
