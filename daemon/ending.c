/* SPDX-License-Identifier: ISC */
#include "daemon/dispose.h"
#include "daemon/ending.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "daemon/client_run.h"
#include "daemon/denial.h"
#include "daemon/in_use.h"
#include "daemon/inetd.h"
#include "daemon/leftover.h"
#include "daemon/loaded.h"
#include "daemon/lookup.h"
#include "daemon/oneshot.h"
#include "daemon/output.h"
#include "daemon/program.h"
#include "daemon/reached.h"
#include "daemon/relay.h"
#include "daemon/service.h"
#include "daemon/talk.h"
#include "daemon/trace.h"
#include "daemon/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* What the kernel tells of the process's end leaves this open. */
static const char *
circumstance(const struct psd_instance *instance, const siginfo_t *info)
{
	if (info->si_code == CLD_KILLED && info->si_status == SIGKILL &&
	    instance->reached.kills > 0)
		return ", out of memory";
	return instance->waiting_end >= 0 ? ", before it had a client" : "";
}

/* Our words for what it tells. */
static void
print_exit(char *ret, size_t size, const siginfo_t *info, const char *when)
{
	const char *name;

	if (info->si_code == CLD_EXITED) {
		(void)snprintf(ret, size, "exit status %d%s", info->si_status,
		    when);
		return;
	}
	name = sigabbrev_np(info->si_status);
	(void)snprintf(ret, size, "killed by SIG%s%s%s",
	    name != NULL ? name : "?",
	    info->si_code == CLD_DUMPED ? ", core dumped" : "", when);
}

/*
 * A program exits by itself, or does as it was told.  One that waits for its
 * client (waiting_end) has no reason to.
 */
static enum psd_ending
judge_program(const struct psd_instance *instance, const siginfo_t *info)
{
	const bool obeyed =
	    instance->first.was_told && info->si_status == SIGTERM;

	return !instance->is_broken && !psd_relay_failed(instance) &&
		instance->waiting_end < 0 &&
		(info->si_code == CLD_EXITED || obeyed)
	    ? PSD_ENDING_ORDERLY
	    : PSD_ENDING_ABRUPT;
}

/*
 * Orderly needs both: the end was said (by it, seen while it lived, or by us
 * first), and then it exited by itself.
 */
static enum psd_ending
judge(const struct psd_instance *instance, const siginfo_t *info)
{
	if (instance->is_overdue)
		return PSD_ENDING_OVERDUE;
	if (psd_instance_is_program(instance))
		return judge_program(instance, info);
	if (instance->is_broken || info->si_code != CLD_EXITED)
		return PSD_ENDING_ABRUPT;
	if (instance->first.said_end || instance->first.was_told)
		return PSD_ENDING_ORDERLY;
	return PSD_ENDING_ABRUPT;
}

static enum psd_message
message_of(enum psd_ending ending)
{
	switch (ending) {
	case PSD_ENDING_ORDERLY:
		return PSD_MESSAGE_ended_orderly;
	case PSD_ENDING_OVERDUE:
		return PSD_MESSAGE_ended_overdue;
	case PSD_ENDING_ABRUPT:
		break;
	}
	return PSD_MESSAGE_ended_abrupt;
}

static void
tell(const struct psd_instance *instance, enum psd_ending ending,
    const siginfo_t *info)
{
	struct psd_service *service = instance->service;
	const struct psd_spawn_failure *failure =
	    psd_spawn_late_failure(&instance->child);
	char how[80], end[112];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_END", psd_ending_name(ending) },
		{ "PRIVSEP_EXIT", how },
	};

	if (failure != NULL) {
		psd_instance_tell_failure(service, psd_step_name(failure->step),
		    failure->error);
		return;
	}
	if (instance->is_adopted)
		(void)snprintf(how, sizeof(how), "gone");
	else
		print_exit(how, sizeof(how), info,
		    circumstance(instance, info));
	psd_instance_tell(instance, message_of(ending), fields,
	    PSD_ELEMENTS(fields));
	(void)snprintf(end, sizeof(end), "%s (%s)", psd_ending_name(ending),
	    how);
	psd_trace_gone(instance, end);
	if (ending != PSD_ENDING_ORDERLY)
		(void)snprintf(service->last_failure,
		    sizeof(service->last_failure), "%s", end);
}

void
psd_instance_free(struct psd_instance *instance)
{
	psd_dispose_forget(instance);
	psd_lookup_lost(instance);
	psd_relay_lost(instance);
	psd_relay_forget(instance);
	psd_watch_end(instance);
	psd_watch_lost(instance);
	while (!TAILQ_EMPTY(&instance->clones))
		psd_conversation_free(TAILQ_FIRST(&instance->clones));
	psd_conversation_release(&instance->first);
	psd_clients_forget(&instance->clients);
	psd_program_forget_caller(instance);
	psd_output_close(instance);
	psd_ending_forget(instance);
	sd_event_source_disable_unref(instance->listener_source);
	sd_event_source_disable_unref(instance->deadline_source);
	sd_event_source_disable_unref(instance->runtime_source);
	psd_fd_cleanup(&instance->waiting_end);
	psd_fd_cleanup(&instance->child.pidfd);
	psd_fd_cleanup(&instance->child.listener);
	psd_fd_cleanup(&instance->child.report);
	psd_spawn_forget(&instance->child);
	psd_reached_end(instance);
	psd_leftover_release(instance);
	psd_loaded_unref(instance->loaded);
	free(instance);
}

/* One of its conversations whose end somebody else holds a copy of. */
static const struct psd_conversation *
find_held(const struct psd_instance *instance)
{
	const struct psd_conversation *clone;

	if (psd_conversation_is_held(&instance->first))
		return &instance->first;
	TAILQ_FOREACH(clone, &instance->clones, of_instance)
		if (psd_conversation_is_held(clone))
			return clone;
	return NULL;
}

/* To whoever runs it: by a daemon's record, or our own status. */
static void
tell_status(const struct psd_instance *instance, int status)
{
	struct psd_daemon *daemon = instance->service->daemon;

	if (daemon->config.is_run)
		daemon->exit_status = status;
	psd_client_tell_end(instance, status);
}

/* That may have been alone in what it needs, and is gone with it. */
static bool
is_last_of_its_policy(const struct psd_instance *instance)
{
	return instance->loaded->references <=
	    (instance->service->is_removed ? 2 : 1);
}

static void
bury(struct psd_instance *instance, const siginfo_t *info)
{
	struct psd_service *service = instance->service;
	struct psd_daemon *daemon = service->daemon;
	const bool is_run = psd_oneshot_is(instance);
	const bool is_last = is_last_of_its_policy(instance);
	const struct psd_conversation *held;
	enum psd_ending ending;

	psd_talk_drain(instance);
	if (info->si_code != CLD_EXITED && info->si_status == SIGSYS)
		psd_denial_tell_killed(instance);
	psd_output_close(instance);
	psd_reached_end(instance);
	ending = judge(instance, info);
	tell(instance, ending, info);
	held = find_held(instance);
	/*
	 * Over, also for whoever else holds a copy: shutdown, then close.  Until
	 * a copy is closed, what is still watched would still be told.
	 */
	psd_instance_drop(instance);
	psd_watch_end(instance);
	psd_leftover_look(instance, held);
	psd_program_ended(instance, ending, info->si_code != CLD_EXITED,
	    info->si_status);
	if (is_run || instance->loaded->policy->type == PSD_TYPE_FILTER)
		tell_status(instance,
		    psd_oneshot_status(ending, info->si_code != CLD_EXITED,
			info->si_status));
	psd_inetd_client_gone(instance);
	psd_service_instance_gone(instance, ending,
	    psd_now() - instance->started_usec);
	daemon->n_instances--;
	psd_instance_free(instance);
	psd_service_reap(service);
	if (is_last)
		(void)psd_in_use_lower_caps(daemon);
	if (is_run)
		psd_daemon_stop(daemon);
	psd_daemon_check_stopped(daemon);
}

void
psd_ending_seen(struct psd_instance *instance)
{
	siginfo_t info;
	int r = 0;

	instance->service->daemon->turns.work = PSD_WORK_ENDS;
	if (psd_relay_holds(instance)) {
		psd_ending_pause(instance);
		return;
	}
	memset(&info, 0, sizeof(info));
	if (instance->is_adopted)
		info.si_code = CLD_EXITED;
	else
		r = waitid(P_PIDFD, (id_t)instance->child.pidfd, &info,
		    WEXITED | WNOHANG);
	if (r < 0 && errno == EINTR)
		return;
	if (r < 0) {
		/* Nobody else waits for our children. */
		psd_log(LOG_CRIT, "%s[%d]: cannot wait for it: %s",
		    instance->service->name, instance->child.pid,
		    strerror(errno));
		info.si_code = CLD_KILLED;
		info.si_status = SIGKILL;
	} else if (info.si_pid == 0 && !instance->is_adopted) {
		return;
	}
	bury(instance, &info);
}
