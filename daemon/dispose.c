/* SPDX-License-Identifier: ISC */
#include "daemon/dispose.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/raw.h"
#include "common/sys.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/wait.h>

enum { PATIENCE_MSEC = 50, JOBS_MAX = 64 };

/* One that takes longer. */
struct job {
	TAILQ_ENTRY(job) of_all;
	int pidfd;
	sd_event_source *source;
};

static TAILQ_HEAD(, job) jobs = TAILQ_HEAD_INITIALIZER(jobs);
static unsigned n_jobs;
static bool was_slow;
static sd_event *loop;

void
psd_dispose_init(sd_event *event)
{
	loop = event;
}

bool
psd_dispose_was_slow(void)
{
	return was_slow;
}

bool
psd_dispose_is_full(void)
{
	return n_jobs >= JOBS_MAX;
}

/*
 * In the child, whose memory is a copy, and whose descriptors are ours: what it
 * closes is closed here, too.  It must not keep all of them open when we are
 * gone, listeners among them.
 */
static _Noreturn void
close_all(const int *fds, size_t n)
{
	(void)raw(SYS_prctl, PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	for (size_t i = 0; i < n; i++)
		(void)raw(SYS_close, fds[i]);
	_exit(0);
}

static void
close_here(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		psd_fd_close(fds[i]);
}

static void
reap(int pidfd)
{
	siginfo_t info;

	while (
	    waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0 && errno == EINTR)
		continue;
}

static void
end_job(struct job *job)
{
	TAILQ_REMOVE(&jobs, job, of_all);
	n_jobs--;
	sd_event_source_disable_unref(job->source);
	psd_fd_close(job->pidfd);
	free(job);
}

static int
on_end(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)events;
	reap(fd);
	end_job(userdata);
	return 0;
}

/* Takes over pidfd.  Without memory to watch it, it is waited for here. */
static void
watch(int pidfd)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL ||
	    sd_event_add_io(loop, &job->source, pidfd, EPOLLIN, on_end, job) <
		0) {
		free(job);
		reap(pidfd);
		psd_fd_close(pidfd);
		return;
	}
	job->pidfd = pidfd;
	TAILQ_INSERT_TAIL(&jobs, job, of_all);
	n_jobs++;
}

void
psd_dispose_kill(void)
{
	const struct job *job;

	TAILQ_FOREACH(job, &jobs, of_all)
		(void)psd_sys_pidfd_kill(job->pidfd, SIGKILL);
}

void
psd_dispose_tell(void (*each)(void *cookie, int pidfd), void *cookie)
{
	const struct job *job;

	TAILQ_FOREACH(job, &jobs, of_all)
		each(cookie, job->pidfd);
}

void
psd_dispose_adopt(int pidfd)
{
	watch(pidfd);
}

void
psd_dispose(const int *fds, size_t n)
{
	struct pollfd look = { .events = POLLIN };
	int pidfd = PSD_NO_FD;
	long pid;

	was_slow = false;
	if (n == 0)
		return;
	if (loop == NULL) {
		close_here(fds, n);
		return;
	}
	/* fork(), but for the descriptors; glibc has no call for that. */
	pid = syscall(SYS_clone, CLONE_FILES | CLONE_PIDFD | SIGCHLD, NULL,
	    &pidfd, NULL, NULL);
	if (pid == 0)
		close_all(fds, n);
	if (pid < 0) {
		psd_log(LOG_ERR, "no process to close what a helper sent: %s",
		    strerror(errno));
		close_here(fds, n);
		return;
	}
	look.fd = pidfd;
	if (poll(&look, 1, PATIENCE_MSEC) == 1) {
		reap(pidfd);
		psd_fd_close(pidfd);
		return;
	}
	was_slow = true;
	watch(pidfd);
	psd_log(LOG_WARNING,
	    "what a helper sent takes long to close; %u such now", n_jobs);
}

void
psd_dispose_stop(void)
{
	psd_dispose_kill();
	while (!TAILQ_EMPTY(&jobs))
		end_job(TAILQ_FIRST(&jobs));
	loop = NULL;
}
