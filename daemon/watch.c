/* SPDX-License-Identifier: ISC */
#include "daemon/watch.h"

#include "common/callargs.h"
#include "common/codec.h"
#include "common/fd.h"
#include "common/log.h"
#include "daemon/denial.h"
#include "daemon/loaded.h"
#include "daemon/proc_fd.h"
#include "daemon/report.h"
#include "daemon/service.h"
#include "daemon/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/*
 * Of one program: one that is killed again and again is done without, and one
 * that does not answer is killed.
 */
enum { STARTS_MAX = 4, ANSWER_USEC = 5 * 1000000 };

struct psd_watch {
	struct psd_instance *program;
	struct psd_instance *watcher; /* NULL: none at present */
	bool is_ready;                /* it has what it takes to look */
	unsigned starts;
	bool holds;                /* a call, which waits for the answer */
	struct seccomp_notif held; /* that one */
	uint32_t id;               /* of the question */
	uint64_t asked_usec;
	sd_event_source *patience; /* runs on from one question to the next */
	struct psd_reports reports;
};

/* One thread, so one frame to ask by is enough. */
static struct psd_frame asking;

static bool
start_watcher(struct psd_watch *watch)
{
	struct psd_daemon *daemon = watch->program->service->daemon;
	struct psd_instance *watcher = NULL;

	if (daemon->watcher == NULL || daemon->is_stopping ||
	    daemon->watcher->is_stopped || watch->starts >= STARTS_MAX)
		return false;
	watch->starts++;
	watch->is_ready = false;
	if (psd_instance_start_beside(daemon->watcher, watch->program,
		&watcher) < 0)
		return false;
	watcher->watch = watch;
	watch->watcher = watcher;
	return true;
}

int
psd_watch_begin(struct psd_instance *program)
{
	struct psd_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return -ENOMEM;
	watch->program = program;
	psd_reports_init(&watch->reports);
	program->watch = watch;
	if (!start_watcher(watch))
		psd_instance_log(program, LOG_WARNING,
		    "has no watcher: what it opens is not reported");
	return 0;
}

pid_t
psd_watch_pid(const struct psd_instance *program)
{
	const struct psd_watch *watch = program->watch;

	return watch == NULL || watch->watcher == NULL
	    ? 0
	    : watch->watcher->child.pid;
}

struct psd_reports *
psd_watch_reports(struct psd_instance *program)
{
	return &program->watch->reports;
}

static int
ask(struct psd_watch *watch, enum psd_op op, void *req)
{
	int r;

	psd_frame_init(&asking);
	r = psd_encode_request(&asking, psd_watcher_find(op), ++watch->id, req);
	if (r < 0)
		psd_frame_clear(&asking);
	else
		psd_talk_send(&watch->watcher->first, &asking);
	return r;
}

static void run_patience(struct psd_watch *watch, uint64_t usec);

static int
on_patience(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_watch *watch = userdata;
	const uint64_t waited = psd_now() - watch->asked_usec;

	(void)source;
	(void)usec;
	watch->patience = sd_event_source_disable_unref(watch->patience);
	if (!watch->holds || watch->watcher == NULL)
		return 0;
	if (waited < ANSWER_USEC)
		run_patience(watch, ANSWER_USEC - waited);
	else
		psd_instance_overdue(watch->watcher, "did not answer in time");
	return 0;
}

/* One timer for many questions, which are asked faster than that is set. */
static void
run_patience(struct psd_watch *watch, uint64_t usec)
{
	if (watch->patience == NULL &&
	    sd_event_add_time_relative(psd_loop(
					   watch->program->service->daemon),
		&watch->patience, CLOCK_MONOTONIC, usec, psd_loop_slack(usec),
		on_patience, watch) < 0)
		psd_instance_log(watch->program, LOG_ERR,
		    "no memory for its watcher's deadline");
}

static void
ask_of_held(struct psd_watch *watch)
{
	const struct seccomp_notif *held = &watch->held;
	struct psd_observe_req req = {
		.id = held->id,
		.pid = held->pid,
		.call = (uint32_t)held->data.nr,
		.arg0 = held->data.args[0],
		.arg1 = held->data.args[1],
		.arg2 = held->data.args[2],
		.arg3 = held->data.args[3],
		.arg4 = held->data.args[4],
		.arg5 = held->data.args[5],
	};

	watch->asked_usec = psd_now();
	if (ask(watch, PSD_OP_observe, &req) == 0)
		run_patience(watch, ANSWER_USEC);
}

/* The call goes on, or is refused, and the next one is looked at. */
static void
settle(struct psd_watch *watch, const struct psd_observe_rep *seen)
{
	if (!watch->holds)
		return;
	watch->holds = false;
	(void)sd_event_source_set_enabled(watch->program->listener_source,
	    SD_EVENT_ON);
	psd_denial_settle(watch->program, &watch->held, seen);
}

bool
psd_watch_ask(struct psd_instance *program, const struct seccomp_notif *request)
{
	struct psd_watch *watch = program->watch;

	if (watch == NULL || watch->watcher == NULL ||
	    psd_call_args(request->data.nr) == NULL)
		return false;
	watch->held = *request;
	watch->holds = true;
	(void)sd_event_source_set_enabled(program->listener_source,
	    SD_EVENT_OFF);
	if (watch->is_ready)
		ask_of_held(watch);
	return true;
}

void
psd_watch_ready(struct psd_instance *watcher)
{
	struct psd_watch *watch = watcher->watch;
	struct psd_watch_req req = { .listener = PSD_NO_FD };

	if (watch == NULL || watch->is_ready ||
	    watch->program->child.listener < 0)
		return;
	req.listener =
	    fcntl(watch->program->child.listener, F_DUPFD_CLOEXEC, 0);
	req.proc = psd_proc_fd_root();
	if (req.listener < 0 || req.proc < 0) {
		psd_fd_close(req.listener);
		psd_fd_close(req.proc);
		psd_instance_break(watcher, "no descriptors for it");
		return;
	}
	if (ask(watch, PSD_OP_watch, &req) < 0)
		return;
	watch->is_ready = true;
	if (watch->holds)
		ask_of_held(watch);
}

void
psd_watch_answer(struct psd_instance *watcher, struct psd_frame *frame)
{
	const struct psd_op_row *row = psd_watcher_find(PSD_OP_observe);
	struct psd_watch *watch = watcher->watch;
	struct psd_observe_rep seen;
	const int status = frame->status;

	/* The program may have ended a moment ago. */
	if (watch == NULL)
		return;
	if (frame->op != PSD_OP_observe || !watch->holds ||
	    frame->id != watch->id ||
	    (status < 0 && frame->len != PSD_FRAME_HEADER) ||
	    (status == 0 &&
		psd_decode(frame, row->rep, row->rep_size, &seen) < 0)) {
		psd_instance_break(watcher, "sent what is no answer");
		return;
	}
	watcher->has_served = true;
	settle(watch, status == 0 ? &seen : NULL);
}

void
psd_watch_lost(struct psd_instance *watcher)
{
	struct psd_watch *watch = watcher->watch;

	if (watch == NULL || watch->watcher != watcher)
		return;
	watcher->watch = NULL;
	watch->watcher = NULL;
	/* The next one is not to be lost by the same call. */
	if (watch->is_ready)
		settle(watch, NULL);
	if (start_watcher(watch))
		return;
	psd_instance_log(watch->program, LOG_WARNING,
	    "has lost its watcher: what it opens is not reported any more");
	settle(watch, NULL);
}

void
psd_watch_end(struct psd_instance *program)
{
	struct psd_watch *watch = program->watch;
	struct psd_instance *watcher;

	if (watch == NULL || watch->program != program)
		return;
	watcher = watch->watcher;
	program->watch = NULL;
	sd_event_source_disable_unref(watch->patience);
	free(watch);
	if (watcher == NULL)
		return;
	watcher->watch = NULL;
	watcher->owns_uid = program->owns_uid;
	program->owns_uid = false;
	psd_instance_end(watcher, true);
}

void
psd_watch_tell(const struct psd_instance *program,
    struct psd_watch_carried *ret)
{
	const struct psd_watch *watch = program->watch;

	*ret = (struct psd_watch_carried){ watch->watcher, watch->is_ready,
		watch->holds, watch->starts, watch->id, watch->held };
}

int
psd_watch_resume(struct psd_instance *program,
    const struct psd_watch_carried *carried)
{
	struct psd_watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return -ENOMEM;
	watch->program = program;
	watch->is_ready = carried->is_ready;
	watch->holds = carried->holds;
	watch->starts = carried->starts;
	watch->id = carried->id;
	watch->held = carried->held;
	psd_reports_init(&watch->reports);
	program->watch = watch;
	/* Whoever was asked before is given the time once more. */
	watch->asked_usec = psd_now();
	if (!watch->holds)
		return 0;
	run_patience(watch, ANSWER_USEC);
	(void)sd_event_source_set_enabled(program->listener_source,
	    SD_EVENT_OFF);
	return 0;
}

void
psd_watch_tie(struct psd_instance *program, struct psd_instance *watcher)
{
	program->watch->watcher = watcher;
	watcher->watch = program->watch;
}
