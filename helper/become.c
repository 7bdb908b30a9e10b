/* SPDX-License-Identifier: ISC */
#include "helper/become.h"

#include "common/fd.h"
#include "common/notice.h"
#include "common/raw.h"
#include "common/steps.h"
#include "helper/self.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

struct state {
	const struct psd_become *become;
	struct psd_confine confine;
	bool has_session; /* of its own, made by us */
};

/* What is not kept leads nowhere; all three are open by now. */
static int
point_stdio(struct state *state)
{
	const struct psd_sealed *plan = state->become->plan;
	const int output = state->become->output;
	const int null = raw(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR);
	int r = null;

	for (int fd = STDIN_FILENO; r >= 0 && fd <= STDERR_FILENO; fd++)
		if (!psd_self_keeps(plan, fd))
			r = raw(SYS_dup3, null, fd, 0);
	if (r >= 0 && output >= 0)
		r = raw(SYS_dup3, output, STDERR_FILENO, 0);
	if (r >= 0 && output >= 0)
		r = raw(SYS_close, output);
	return r < 0 ? r : raw(SYS_close, null);
}

/*
 * The number by which the listener goes out lies above the limit that is set
 * next, so that no descriptor can have it again once it is closed.
 */
static int
take_report_number(struct state *state)
{
	const int number = state->become->plan->report_number;
	const rlim_t needed = (rlim_t)number + 1;
	struct rlimit limit;
	int r;

	if (!state->become->plan->want_listener)
		return 0;
	r = raw(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
	if (r < 0)
		return r;
	if (limit.rlim_cur < needed)
		limit.rlim_cur = needed;
	if (limit.rlim_max < needed)
		limit.rlim_max = needed;
	r = raw(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
	if (r < 0)
		return r;
	state->confine.report_fd = number;
	return raw(SYS_dup3, state->become->pair, number, O_CLOEXEC);
}

/*
 * EPERM: it leads its process group, as a shell's job does, and stays in its
 * session; no terminal can be written to from behind the filter.
 */
static int
start_session(struct state *state)
{
	const int r = psd_confine_start_session(&state->confine);

	state->has_session = r >= 0;
	return r == -EPERM ? 0 : r;
}

/*
 * The kernel sends SIGKILL when the last writing end is closed, which is the
 * monitor's: to this process, and to those that it makes later as far as the
 * group is ours alone.  Before the ids change, since the signal is sent with
 * the rights of whoever asked for it.  A monitor that was gone before sends
 * nothing any more, which one look tells.
 */
static int
tie_lifeline(struct state *state)
{
	const int fd = state->become->lifeline;
	const int pid = raw(SYS_getpid);
	struct pollfd look = { .fd = fd };
	int r = raw(SYS_fcntl, fd, F_SETSIG, SIGKILL);

	if (r >= 0)
		r = raw(SYS_fcntl, fd, F_SETOWN,
		    state->has_session ? -pid : pid);
	if (r >= 0)
		r = raw(SYS_fcntl, fd, F_SETFL, O_ASYNC);
	if (r < 0)
		return r;
	if (poll(&look, 1, 0) < 0)
		return -errno;
	return (look.revents & POLLHUP) != 0 ? -EPIPE : 0;
}

static int
enter_landlock(struct state *state)
{
	const int r = psd_confine_enter_landlock(&state->confine);

	if (r < 0 || state->become->landlock_fd < 0)
		return r;
	return raw(SYS_close, state->become->landlock_fd);
}

/* What it knows from before is not for a core file or another process. */
static int
stop_dumping(struct state *state)
{
	(void)state;
	return raw(SYS_prctl, PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

static int
tell_monitor(struct state *state)
{
	const struct psd_notice notice = psd_notice_make(PSD_NOTICE_CONFINED);
	int r = psd_confine_report(&state->confine, &notice, sizeof(notice));

	if (r >= 0 && state->confine.has_listener)
		r = raw(SYS_close, state->confine.listener);
	if (r >= 0 && state->confine.report_fd != state->become->pair)
		r = raw(SYS_close, state->confine.report_fd);
	return r;
}

/*
 * After the last two steps nothing but the exit can be told, since the filter
 * is there.
 */
static _Noreturn void
give_up(const struct state *state, enum psd_step step, int error)
{
	if (step < PSD_STEP_LISTENER)
		psd_notice_refuse(state->become->pair, error,
		    "cannot confine itself: %s", psd_step_name(step));
	_exit((int)step);
}

static void
step(struct state *state, enum psd_step number, int (*act)(struct state *))
{
	const int r = act(state);

	if (r < 0)
		give_up(state, number, -r);
}

static void
confine(struct state *state, enum psd_step number,
    int (*act)(struct psd_confine *))
{
	const int r = act(&state->confine);

	if (r < 0)
		give_up(state, number, -r);
}

static struct state
state_of(const struct psd_become *become)
{
	const struct psd_sealed *plan = become->plan;
	struct state state = {
		.become = become,
		.confine = {
			.uid = plan->uid,
			.gid = plan->gid,
			.set_ids = plan->set_ids,
			.is_unprivileged = plan->is_unprivileged,
			.limits = plan->limits,
			.n_limits = plan->n_limits,
			.landlock_fd = become->landlock_fd,
			.want_listener = plan->want_listener,
			.report_fd = become->pair,
			.listener = PSD_NO_FD,
		},
	};

	if (plan->filter.len > 0)
		state.confine.filter = &plan->filter;
	if (plan->plain_filter.len > 0)
		state.confine.plain_filter = &plan->plain_filter;
	return state;
}

void
psd_become_helper(const struct psd_become *become)
{
	struct state state = state_of(become);
	struct state *s = &state;

	step(s, PSD_STEP_STDIO, point_stdio);
	/* Before the limits, above which this number lies. */
	step(s, PSD_STEP_HIGH_NUMBERS, take_report_number);
	confine(s, PSD_STEP_LIMITS, psd_confine_set_limits);
	step(s, PSD_STEP_SESSION, start_session);
	confine(s, PSD_STEP_KEYRING, psd_confine_join_keyring);
	/* With the privileges that the next ones take away. */
	step(s, PSD_STEP_LIFELINE, tie_lifeline);
	confine(s, PSD_STEP_BOUNDING_SET, psd_confine_empty_bounding_set);
	confine(s, PSD_STEP_SECUREBITS, psd_confine_lock_securebits);
	/* In this order: with the uid goes the right to the others. */
	confine(s, PSD_STEP_GROUPS, psd_confine_drop_groups);
	confine(s, PSD_STEP_GID, psd_confine_change_gid);
	confine(s, PSD_STEP_UID, psd_confine_change_uid);
	confine(s, PSD_STEP_CAPABILITIES, psd_confine_drop_capabilities);
	confine(s, PSD_STEP_VERIFY, psd_confine_verify);
	/* Without it Landlock and filter would need a capability. */
	confine(s, PSD_STEP_NO_NEW_PRIVS, psd_confine_set_no_new_privs);
	step(s, PSD_STEP_LANDLOCK, enter_landlock);
	step(s, PSD_STEP_DUMPABLE, stop_dumping);
	/* From here on only what the filter allows. */
	confine(s, PSD_STEP_FILTER, psd_confine_load_filter);
	step(s, PSD_STEP_LISTENER, tell_monitor);
}
