/* SPDX-License-Identifier: ISC */
#include "daemon/dispose.h"

#include "common/frame.h"
#include "common/hot.h"
#include "common/log.h"
#include "daemon/closer.h"
#include "daemon/daemon.h"
#include "daemon/instance.h"
#include "daemon/rate.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum {
	LOOK_USEC = 5000, /* at children, while one may end soon */
	LOOK_ACCURACY_USEC = 500,
	LOOK_SLOW_USEC = 250000, /* while all take long, or none can be made */
	SLOW_MAX = 64,
	BRISK_MAX = 8, /* children at a time, but for those that take long */
};

enum state {
	WAITING, /* for its child */
	CLOSING,
	SLOW,
};

/* Descriptors that somebody sent, and the child that closes them. */
struct job {
	TAILQ_ENTRY(job) of_all;
	struct psd_instance
	    *sender; /* to be dropped when it is slow, or NULL */
	enum state state;
	struct psd_closer closer;
	size_t at, n; /* what is left of fds */
	int fds[];
};

static TAILQ_HEAD(, job) jobs = TAILQ_HEAD_INITIALIZER(jobs);
static unsigned n_brisk, n_slow;
static struct psd_rate failures; /* that are told */
static sd_event_source *look_source;

static int on_look(sd_event_source *source, uint64_t usec, void *userdata);

int
psd_dispose_init(sd_event *event)
{
	psd_rate_init(&failures, 1, PSD_RATE_LASTING_USEC);
	return sd_event_add_time(event, &look_source, CLOCK_MONOTONIC,
	    UINT64_MAX, LOOK_ACCURACY_USEC, on_look, NULL);
}

unsigned
psd_dispose_count_slow(void)
{
	return n_slow;
}

bool
psd_dispose_is_full(void)
{
	return n_slow >= SLOW_MAX;
}

PSD_HOT bool
psd_dispose_is_busy(const struct psd_instance *sender)
{
	const struct job *job;

	TAILQ_FOREACH(job, &jobs, of_all)
		if (job->sender == sender)
			return true;
	return false;
}

void
psd_dispose_forget(const struct psd_instance *sender)
{
	struct job *job;

	TAILQ_FOREACH(job, &jobs, of_all)
		if (job->sender == sender)
			job->sender = NULL;
}

/* Nothing was closed by that, so it is tried again. */
static void
tell_failure(int error)
{
	if (psd_rate_pass(&failures, psd_now()))
		psd_log(LOG_ERR, "no process to close what a helper sent: %s",
		    strerror(error));
}

static bool
start(struct job *job)
{
	int r;

	if (n_brisk >= BRISK_MAX)
		return false;
	r = psd_closer_start(&job->closer, job->fds + job->at,
	    job->n - job->at);
	if (r < 0) {
		tell_failure(-r);
		return false;
	}
	job->state = CLOSING;
	n_brisk++;
	return true;
}

/* Its child has ended, or is nobody's any more. */
static void
end_child(struct job *job)
{
	if (job->state == SLOW)
		n_slow--;
	else
		n_brisk--;
	job->at += psd_closer_end(&job->closer);
	job->state = WAITING;
}

static void
free_job(struct job *job)
{
	TAILQ_REMOVE(&jobs, job, of_all);
	free(job);
}

static void
go_on(struct job *job)
{
	end_child(job);
	if (job->at < job->n)
		(void)start(job);
	else
		free_job(job);
}

static void
judge(struct job *job)
{
	struct psd_instance *sender = job->sender;

	if (job->state == SLOW || !psd_closer_is_stuck(&job->closer))
		return;
	job->state = SLOW;
	job->sender = NULL;
	n_brisk--;
	n_slow++;
	psd_log(LOG_WARNING,
	    "what a helper sent takes long to close; %u such now", n_slow);
	if (sender != NULL)
		psd_instance_break(sender,
		    "sent a descriptor that does not close");
}

static void
look_again(void)
{
	const uint64_t due =
	    psd_now() + (n_brisk > 0 ? LOOK_USEC : LOOK_SLOW_USEC);
	uint64_t planned;

	if (TAILQ_EMPTY(&jobs))
		return;
	/* Whoever goes on sending puts off no look. */
	if (sd_event_source_get_enabled(look_source, NULL) > 0 &&
	    sd_event_source_get_time(look_source, &planned) >= 0 &&
	    planned <= due)
		return;
	psd_loop_change();
	(void)sd_event_source_set_time(look_source, due);
	(void)sd_event_source_set_enabled(look_source, SD_EVENT_ONESHOT);
}

static int
on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct job *job, *next;
	bool can_start = true;

	(void)source;
	(void)usec;
	(void)userdata;
	for (job = TAILQ_FIRST(&jobs); job != NULL; job = next) {
		next = TAILQ_NEXT(job, of_all);
		if (job->state == WAITING)
			can_start = can_start && start(job);
		else if (psd_closer_has_ended(&job->closer))
			go_on(job);
		else
			judge(job);
	}
	look_again();
	return 0;
}

void
psd_dispose_of(const int *fds, size_t n, struct psd_instance *sender)
{
	struct job *job = NULL;

	if (n == 0)
		return;
	if (look_source != NULL)
		job = calloc(1, sizeof(*job) + n * sizeof(*fds));
	/* Without memory whoever made it slow has us wait, this once. */
	if (job == NULL) {
		psd_frame_close(fds, n);
		return;
	}
	memcpy(job->fds, fds, n * sizeof(*fds));
	job->n = n;
	job->sender = sender;
	TAILQ_INSERT_TAIL(&jobs, job, of_all);
	(void)start(job);
	look_again();
}

void
psd_dispose(const int *fds, size_t n)
{
	psd_dispose_of(fds, n, NULL);
}

void
psd_dispose_kill(void)
{
	const struct job *job;

	TAILQ_FOREACH(job, &jobs, of_all)
		if (job->state != WAITING)
			(void)kill(job->closer.pid, SIGKILL);
}

void
psd_dispose_tell(void (*each)(void *cookie, pid_t pid), void *cookie)
{
	const struct job *job;

	TAILQ_FOREACH(job, &jobs, of_all)
		if (job->state != WAITING)
			each(cookie, job->closer.pid);
}

int
psd_dispose_adopt(pid_t pid)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return -ENOMEM;
	job->closer.pid = pid;
	job->state = SLOW;
	n_slow++;
	TAILQ_INSERT_TAIL(&jobs, job, of_all);
	look_again();
	return 0;
}

/* What a child that has not ended may still read stays. */
void
psd_dispose_stop(void)
{
	struct job *job, *next;

	psd_dispose_kill();
	for (job = TAILQ_FIRST(&jobs); job != NULL; job = next) {
		next = TAILQ_NEXT(job, of_all);
		job->sender = NULL;
		if (job->state != WAITING) {
			if (!psd_closer_has_ended(&job->closer))
				continue;
			end_child(job);
		}
		free_job(job);
	}
	look_source = sd_event_source_disable_unref(look_source);
}
