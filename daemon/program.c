/* SPDX-License-Identifier: ISC */
#include "daemon/program.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/pair.h"
#include "common/sys.h"
#include "daemon/loaded.h"
#include "daemon/relay.h"
#include "daemon/run.h"
#include "daemon/service.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOLD_BACK_USEC = 60 * 1000000 };

/* Both ends of the three. */
struct stdio {
	struct psd_kit theirs;
	int ours[3];
};

bool
psd_instance_is_program(const struct psd_instance *instance)
{
	return instance->loaded->policy->type == PSD_TYPE_PROGRAM ||
	    instance->loaded->policy->type == PSD_TYPE_FILTER ||
	    instance->loaded->policy->type == PSD_TYPE_INETD;
}

static void
close_stdio(struct stdio *stdio)
{
	for (size_t i = 0; i < 3; i++) {
		psd_fd_cleanup(&stdio->theirs.stdio[i]);
		psd_fd_cleanup(&stdio->ours[i]);
	}
}

/* Input is read by the program, the others are written. */
static int
open_stdio(struct stdio *stdio)
{
	stdio->theirs.environment = NULL;
	for (size_t i = 0; i < 3; i++) {
		stdio->theirs.stdio[i] = PSD_NO_FD;
		stdio->ours[i] = PSD_NO_FD;
	}
	for (size_t i = 0; i < 3; i++) {
		const bool reads = i == STDIN_FILENO;
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0)
			return -errno;
		stdio->theirs.stdio[i] = ends[reads ? 0 : 1];
		stdio->ours[i] = ends[reads ? 1 : 0];
	}
	return 0;
}

struct psd_run *
psd_run_make(struct psd_instance *caller, uint32_t handle)
{
	struct psd_run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		return NULL;
	run->caller = caller;
	run->handle = handle;
	TAILQ_INSERT_TAIL(&caller->runs, run, of_caller);
	caller->n_runs++;
	return run;
}

static void
free_run(struct psd_run *run)
{
	if (run->caller != NULL) {
		assert(run->caller->n_runs > 0);
		TAILQ_REMOVE(&run->caller->runs, run, of_caller);
		run->caller->n_runs--;
	}
	free(run);
}

static struct psd_run *
find_run(struct psd_instance *caller, uint32_t handle)
{
	struct psd_run *run;

	TAILQ_FOREACH(run, &caller->runs, of_caller)
		if (run->handle == handle)
			return run;
	return NULL;
}

/* The numbers come round: one that runs on keeps its own. */
static uint32_t
next_handle(struct psd_instance *caller)
{
	do
		caller->last_run++;
	while (caller->last_run == 0 ||
	    find_run(caller, caller->last_run) != NULL);
	return caller->last_run;
}

/* How many may run, and how many may be started in a while. */
static int
may_start(const struct psd_instance *caller, struct psd_service *service)
{
	if (service->is_stopped || service->daemon->is_stopping)
		return -ESHUTDOWN;
	if (caller->n_runs >= PSD_RUNS_MAX)
		return -EBUSY;
	if (service->n_instances >= service->loaded->policy->instances_max ||
	    psd_now() < service->no_start_before_usec ||
	    !psd_rate_pass(&service->starts, psd_now()))
		return -EAGAIN;
	return 0;
}

static int
start(struct psd_run *run, struct psd_service *service, struct stdio *stdio)
{
	int r;

	r = open_stdio(stdio);
	if (r == 0)
		r = psd_instance_start_program(service, &stdio->theirs,
		    &run->program);
	if (r == 0)
		run->program->run = run;
	return r;
}

void
psd_program_hold_back(struct psd_service *service)
{
	service->no_start_before_usec = psd_now() + HOLD_BACK_USEC;
}

int
psd_program_start_on_pair(struct psd_service *service, char *const *environment,
    struct psd_instance **ret_program, int *ret_end)
{
	struct psd_kit kit = { .environment = environment };
	_cleanup_fd_ int ours = PSD_NO_FD;
	_cleanup_fd_ int theirs = PSD_NO_FD;
	int ends[2];
	int r;

	r = psd_pair(SOCK_STREAM, ends);
	if (r < 0)
		return r;
	ours = ends[0];
	theirs = ends[1];
	(void)psd_sys_pass_rights(ours, false);
	kit.stdio[STDIN_FILENO] = theirs;
	kit.stdio[STDOUT_FILENO] = theirs;
	kit.stdio[STDERR_FILENO] = PSD_NO_FD;
	r = psd_instance_start_program(service, &kit, ret_program);
	if (r == 0)
		*ret_end = psd_fd_take(&ours);
	return r;
}

int
psd_program_run(struct psd_instance *caller, struct psd_service *service,
    uint32_t *ret_handle, struct psd_program_ends *ret)
{
	struct psd_run *run;
	struct stdio stdio;
	int r;

	r = may_start(caller, service);
	if (r < 0)
		return r;
	/* Nothing is started without a place to note its end in. */
	run = psd_run_make(caller, next_handle(caller));
	if (run == NULL)
		return -ENOMEM;
	r = start(run, service, &stdio);
	if (r == -ETIMEDOUT)
		psd_program_hold_back(service);
	if (r < 0) {
		free_run(run);
	} else {
		*ret_handle = run->handle;
		ret->input = psd_fd_take(&stdio.ours[STDIN_FILENO]);
		ret->output = psd_fd_take(&stdio.ours[STDOUT_FILENO]);
		ret->error = psd_fd_take(&stdio.ours[STDERR_FILENO]);
	}
	close_stdio(&stdio);
	return r;
}

static void
forget_wait(struct psd_call *call)
{
	struct psd_run *run;

	TAILQ_FOREACH(run, &call->peer->runs, of_caller)
		if (run->waiting == call)
			run->waiting = NULL;
}

int
psd_program_wait(const struct psd_call *call, uint32_t handle,
    struct psd_wait_program_rep *rep)
{
	struct psd_run *run = find_run(call->peer, handle);

	if (run == NULL)
		return -ESRCH;
	if (run->program == NULL) {
		*rep = run->end;
		free_run(run);
		return 0;
	}
	if (run->waiting != NULL)
		return -EBUSY;
	run->waiting = psd_call_keep(call, forget_wait);
	return run->waiting == NULL ? -errno : PSD_LATER;
}

int
psd_program_kill(struct psd_instance *caller, uint32_t handle, int number)
{
	const struct psd_run *run = find_run(caller, handle);

	if (run == NULL)
		return -ESRCH;
	/* It has ended, and waits to be awaited: as with kill(2), no error. */
	if (run->program == NULL)
		return 0;
	return psd_sys_pidfd_kill(run->program->child.pidfd, number);
}

void
psd_program_end(struct psd_instance *program)
{
	if (program->state == PSD_INSTANCE_ENDING)
		return;
	program->state = PSD_INSTANCE_ENDING;
	program->first.was_told = true;
	psd_fd_cleanup(&program->waiting_end);
	/* ESRCH: it ends by itself just now. */
	(void)psd_sys_pidfd_kill(program->child.pidfd, SIGTERM);
	psd_relay_end(program);
	psd_instance_set_deadline(program,
	    program->loaded->policy->timeout_stop_usec);
}

void
psd_program_ended(struct psd_instance *program, enum psd_ending ending,
    bool was_killed, int status)
{
	struct psd_run *run = program->run;

	if (run == NULL)
		return;
	program->run = NULL;
	run->program = NULL;
	run->end.ending = (uint32_t)ending;
	run->end.was_killed = was_killed;
	run->end.status = (uint32_t)status;
	if (run->caller == NULL) {
		free_run(run);
	} else if (run->waiting != NULL) {
		struct psd_wait_program_rep rep = run->end;
		struct psd_call *call = run->waiting;

		free_run(run);
		psd_call_finish(call, 0, &rep);
	}
}

void
psd_program_forget_caller(struct psd_instance *caller)
{
	struct psd_run *run;

	while ((run = TAILQ_FIRST(&caller->runs)) != NULL) {
		struct psd_instance *program = run->program;

		TAILQ_REMOVE(&caller->runs, run, of_caller);
		caller->n_runs--;
		run->caller = NULL;
		run->waiting = NULL;
		if (program == NULL)
			free_run(run);
		else
			psd_program_end(program);
	}
}
