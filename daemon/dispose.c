/* SPDX-License-Identifier: ISC */
#include "daemon/dispose.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/raw.h"
#include "common/sys.h"

#include <errno.h>
#include <fcntl.h>
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

/* A round without a step is too long; without the first one, all of them. */
enum {
	ROUND_MSEC = 25,
	ROUNDS_MAX = 40,
	CHILDREN_MAX = 8, /* one after the other, when somebody kills them */
	JOBS_MAX = 64
};

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

/*
 * How many of them the child has closed, or is closing: close(2) gives up the
 * number first and waits then.  We open nothing meanwhile that would have it.
 */
static size_t
count_begun(const int *fds, size_t n)
{
	size_t at = 0;

	while (at < n && fcntl(fds[at], F_GETFD) < 0)
		at++;
	return at;
}

/*
 * Waits for the child: true when it has ended.  One that has begun and gets no
 * further is held up by what it closes; one that has not begun has had no
 * processor yet, for which nobody is to blame.
 */
static bool
has_ended(int pidfd, const int *fds, size_t n)
{
	struct pollfd look = { .fd = pidfd, .events = POLLIN };
	size_t begun = 0;

	for (int round = 0; round < ROUNDS_MAX && !was_slow; round++) {
		const size_t before = begun;

		if (poll(&look, 1, ROUND_MSEC) == 1)
			return true;
		begun = count_begun(fds, n);
		was_slow = begun > 0 && begun == before;
	}
	return false;
}

/* How many of them are closed, or left to a job: all, unless it was killed. */
static size_t
dispose(const int *fds, size_t n)
{
	int pidfd = PSD_NO_FD;
	/* fork(), but for the descriptors; glibc has no call for that. */
	const long pid = syscall(SYS_clone, CLONE_FILES | CLONE_PIDFD | SIGCHLD,
	    NULL, &pidfd, NULL, NULL);

	if (pid == 0)
		close_all(fds, n);
	if (pid < 0) {
		psd_log(LOG_ERR, "no process to close what a helper sent: %s",
		    strerror(errno));
		close_here(fds, n);
		return n;
	}
	if (has_ended(pidfd, fds, n)) {
		const size_t begun = count_begun(fds, n);

		reap(pidfd);
		psd_fd_close(pidfd);
		return begun;
	}
	watch(pidfd);
	if (was_slow)
		psd_log(LOG_WARNING,
		    "what a helper sent takes long to close; %u such now",
		    n_jobs);
	return n;
}

void
psd_dispose(const int *fds, size_t n)
{
	size_t done = 0;

	was_slow = false;
	for (int i = 0; loop != NULL && done < n && i < CHILDREN_MAX; i++)
		done += dispose(fds + done, n - done);
	close_here(fds + done, n - done);
}

void
psd_dispose_stop(void)
{
	psd_dispose_kill();
	while (!TAILQ_EMPTY(&jobs))
		end_job(TAILQ_FIRST(&jobs));
	loop = NULL;
}
