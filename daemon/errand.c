/* SPDX-License-Identifier: ISC */
#include "daemon/errand.h"

#include "common/fd.h"
#include "common/sys.h"
#include "daemon/errand_child.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct psd_errand {
	int pidfd; /* of the child, until it was reaped */
	sd_event_source *end_source;
	sd_event_source *deadline_source;
	psd_errand_done *done;
	void *cookie;
};

/*
 * Waits for the child's end, which has come or is about to: nobody keeps a
 * killed one, not even who stopped it.  0 or -errno.
 */
static int
reap(struct psd_errand *errand)
{
	siginfo_t info = { .si_code = 0 };
	int r;

	do
		r = waitid(P_PIDFD, (id_t)errand->pidfd, &info, WEXITED);
	while (r < 0 && errno == EINTR);
	psd_fd_cleanup(&errand->pidfd);
	if (r < 0)
		return -errno;
	return info.si_code == CLD_EXITED ? -info.si_status : -ECANCELED;
}

void
psd_errand_cancel(struct psd_errand *errand)
{
	if (errand == NULL)
		return;
	sd_event_source_disable_unref(errand->end_source);
	sd_event_source_disable_unref(errand->deadline_source);
	if (errand->pidfd >= 0) {
		(void)psd_sys_pidfd_kill(errand->pidfd, SIGKILL);
		(void)reap(errand);
	}
	free(errand);
}

/* Gone before it is told: whoever is told may free what it belongs to. */
static void
finish(struct psd_errand *errand, int status)
{
	psd_errand_done *done = errand->done;
	void *cookie = errand->cookie;

	psd_errand_cancel(errand);
	done(cookie, status);
}

/*
 * The event goes first: as long as another child has a copy of the descriptor,
 * to close ours does not take it from what is watched, and what cannot be named
 * any more would go on being told.
 */
static int
on_end(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_errand *errand = userdata;

	(void)source;
	(void)fd;
	(void)events;
	errand->end_source = sd_event_source_disable_unref(errand->end_source);
	finish(errand, reap(errand));
	return 0;
}

static int
on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	finish(userdata, -ETIMEDOUT);
	return 0;
}

static int
watch(struct psd_errand *errand, sd_event *event, uint64_t usec)
{
	int r = sd_event_add_io(event, &errand->end_source, errand->pidfd,
	    EPOLLIN, on_end, errand);

	if (r >= 0)
		r = sd_event_add_time_relative(event, &errand->deadline_source,
		    CLOCK_MONOTONIC, usec, psd_loop_slack(usec), on_deadline,
		    errand);
	return r < 0 ? r : 0;
}

static struct psd_errand_ids
ids_of(const struct psd_instance *peer)
{
	const struct psd_policy *policy = peer->loaded->policy;

	return (struct psd_errand_ids){
		.uid = peer->uid,
		.gid = policy->user != NULL ? policy->gid : peer->uid,
		.daemon = getpid(),
		.must_change = peer->service->daemon->host.set_ids,
	};
}

/*
 * The child has a uid whose other processes may stop it, and would write into
 * its memory if anything let them: so that is not ours, and nobody waits for
 * it.  The pidfd of a child that nobody reaped cannot be another's.
 */
static int
send_child(struct psd_errand *errand, const struct psd_errand_ids *ids,
    const struct psd_errand_task *task)
{
	const pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		psd_errand_child(ids, task);
	errand->pidfd = psd_sys_pidfd_open(pid);
	if (errand->pidfd >= 0)
		return 0;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return errand->pidfd;
}

int
psd_errand_begin(const struct psd_instance *peer,
    const struct psd_errand_task *task, uint64_t usec, psd_errand_done *done,
    void *cookie, struct psd_errand **ret)
{
	const struct psd_errand_ids ids = ids_of(peer);
	struct psd_errand *errand = calloc(1, sizeof(*errand));
	int r;

	if (errand == NULL)
		return -ENOMEM;
	errand->pidfd = PSD_NO_FD;
	errand->done = done;
	errand->cookie = cookie;
	r = send_child(errand, &ids, task);
	if (r == 0)
		r = watch(errand, psd_loop(peer->service->daemon), usec);
	if (r < 0) {
		psd_errand_cancel(errand);
		return r;
	}
	*ret = errand;
	return 0;
}
