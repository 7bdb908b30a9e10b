/* SPDX-License-Identifier: ISC */
#include "daemon/spawn_child.h"

#include "common/mem.h"
#include "common/raw.h"
#include "daemon/spawn_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

/* Of struct sigaction as the kernel has it, all of whose words are 0. */
enum { SIGACTION_WORDS = 4, SIGNALS = 64 };

/* Behind the pair, until everything else is closed. */
enum low_numbers {
	LOW_EXEC = PSD_PAIR_NUMBER + 1,
	LOW_REPORT,
	LOW_LANDLOCK,
	LOW_NUMBERS, /* the first that is nobody's */
};

/* Moves *fd above all low numbers when it stands where something goes. */
static int
make_way(int *fd)
{
	int moved;

	if (*fd < 0 || *fd >= LOW_NUMBERS)
		return 0;
	moved = raw(SYS_fcntl, *fd, F_DUPFD_CLOEXEC, LOW_NUMBERS);
	if (moved < 0)
		return moved;
	*fd = moved;
	return 0;
}

/*
 * A table and no array on the stack: children use the same one after the other,
 * and the marks that the address sanitizer makes of what is out of scope there
 * stay when one of them executes its program.
 */
static const size_t sources[] = {
	offsetof(struct psd_spawn_state, exec_fd),
	offsetof(struct psd_spawn_state, landlock_fd),
	offsetof(struct psd_spawn_state, null_fd),
	offsetof(struct psd_spawn_state, stdio[0]),
	offsetof(struct psd_spawn_state, stdio[1]),
	offsetof(struct psd_spawn_state, stdio[2]),
	offsetof(struct psd_spawn_state, pair_end),
	offsetof(struct psd_spawn_state, report_fd),
};

static int
make_way_for_all(struct psd_spawn_state *state)
{
	unsigned char *base = (unsigned char *)state;
	int r = psd_spawn_leave_files(state);

	for (size_t i = 0; r == 0 && i < PSD_ELEMENTS(sources); i++)
		r = make_way((int *)(void *)(base + sources[i]));
	for (size_t i = 0; r == 0 && i < PSD_NS_COUNT; i++)
		r = make_way(&state->namespaces[i]);
	return r;
}

static int
enter_cgroup(struct psd_spawn_state *state)
{
	int fd, n, r;

	if (!state->enters_cgroup)
		return 0;
	fd = raw(SYS_openat, state->birth->cgroup_fd, "cgroup.procs",
	    O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fd;
	n = raw(SYS_write, fd, "0", 1);
	/* The number may still be the daemon's, too. */
	r = raw(SYS_close, fd);
	state->in_cgroup = n >= 0;
	return n < 0 ? n : r;
}

static int
join_namespaces(struct psd_spawn_state *state)
{
	static const int types[PSD_NS_COUNT] = {
		[PSD_NS_MNT] = CLONE_NEWNS,
		[PSD_NS_NET] = CLONE_NEWNET,
		[PSD_NS_IPC] = CLONE_NEWIPC,
		[PSD_NS_UTS] = CLONE_NEWUTS,
	};

	for (size_t i = 0; i < PSD_NS_COUNT; i++) {
		int r = 0;

		if (state->namespaces[i] >= 0)
			r = raw(SYS_setns, state->namespaces[i], types[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
point_stdio(struct psd_spawn_state *state)
{
	const int *stdio = state->stdio;
	int r = 0;

	for (int i = 0; r >= 0 && i < 3; i++)
		r = raw(SYS_dup3, stdio[i] >= 0 ? stdio[i] : state->null_fd, i,
		    0);
	return r;
}

static int
place_pair(struct psd_spawn_state *state)
{
	/* Whatever stands there now is none of the program's business. */
	if (state->pair_end < 0) {
		(void)raw(SYS_close, PSD_PAIR_NUMBER);
		return 0;
	}
	return raw(SYS_dup3, state->pair_end, PSD_PAIR_NUMBER, 0);
}

/*
 * What has to stay comes to stand right behind the pair, so that one call
 * closes all the rest, from there to the last one that is open.  The high
 * numbers come after it: the kernel looks at each number of a range, and up
 * to 1024 that takes it 20 µs.
 */
static int
close_others(struct psd_spawn_state *state)
{
	int r = raw(SYS_dup3, state->exec_fd, LOW_EXEC, O_CLOEXEC);

	if (r >= 0 && state->report_fd >= 0)
		r = raw(SYS_dup3, state->report_fd, LOW_REPORT, O_CLOEXEC);
	if (r >= 0 && state->landlock_fd >= 0)
		r = raw(SYS_dup3, state->landlock_fd, LOW_LANDLOCK, O_CLOEXEC);
	if (r >= 0)
		r = raw(SYS_close_range, LOW_NUMBERS, ~0U, 0);
	return r;
}

static int
take_high_numbers(struct psd_spawn_state *state)
{
	const int base = state->plan->exec_number;
	int r = raw(SYS_dup3, LOW_EXEC, base, O_CLOEXEC);

	if (r >= 0 && state->report_fd >= 0)
		r = raw(SYS_dup3, LOW_REPORT, base + PSD_SPAWN_REPORT,
		    O_CLOEXEC);
	if (r >= 0 && state->landlock_fd >= 0)
		r = raw(SYS_dup3, LOW_LANDLOCK, base + PSD_SPAWN_LANDLOCK,
		    O_CLOEXEC);
	/* Also what stood there and was none of ours. */
	if (r >= 0)
		r = raw(SYS_close_range, LOW_EXEC, LOW_NUMBERS - 1, 0);
	return r;
}

/*
 * Where Yama is in force, only whom a process names may read it, besides its
 * ancestors; elsewhere the kernel does not know the word.
 */
static int
name_watcher(struct psd_spawn_state *state)
{
	if (state->birth->watcher > 0)
		(void)raw(SYS_prctl, PR_SET_PTRACER,
		    (long)state->birth->watcher, 0L, 0L, 0L);
	return 0;
}

/* A parent that died before the prctl() sends no signal any more. */
int
psd_spawn_ask_for_death(struct psd_spawn_state *state)
{
	const int r =
	    raw(SYS_prctl, PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);

	if (r < 0)
		return r;
	return raw(SYS_getppid) == state->parent ? 0 : -ESRCH;
}

/*
 * Ignored signals stay ignored over exec, so each goes back to its default,
 * unless the daemon's start has seen to that; only then may signals come: a
 * handler of the parent must never run here.
 */
int
psd_spawn_unblock_signals(struct psd_spawn_state *state)
{
	const uint64_t none = 0;
	const unsigned long by_default[SIGACTION_WORDS] = { 0 };
	const bool is_done =
	    state->has_no_handlers && psd_spawn_signals_are_default();

	for (int number = 1; number <= SIGNALS && !is_done; number++) {
		int r = 0;

		if (number != SIGKILL && number != SIGSTOP)
			r = raw(SYS_rt_sigaction, number, by_default, NULL,
			    sizeof(none));
		if (r < 0)
			return r;
	}
	return raw(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
}

static int
hand_over_listener(struct psd_spawn_state *state)
{
	const char byte = 0;

	if (!state->confine.has_listener)
		return 0;
	return psd_confine_report(&state->confine, &byte, sizeof(byte));
}

static void
write_decimal(char *ret, unsigned value)
{
	unsigned digits = 1;

	for (unsigned rest = value; rest >= 10; rest /= 10)
		digits++;
	ret[digits] = '\0';
	for (; digits > 0; value /= 10)
		ret[--digits] = (char)('0' + value % 10);
}

static int
execute(struct psd_spawn_state *state)
{
	const struct psd_plan *plan = state->plan;

	return raw(SYS_execveat, plan->exec_number,
	    plan->exec_path != NULL ? plan->exec_path : "", plan->argv,
	    state->environment, AT_EMPTY_PATH);
}

static bool
step(struct psd_spawn_state *state, enum psd_step number,
    int (*act)(struct psd_spawn_state *))
{
	int r;

	state->failure->step = number;
	r = act(state);
	if (r < 0)
		state->failure->error = -r;
	return r >= 0;
}

static bool
confine(struct psd_spawn_state *state, enum psd_step number,
    int (*act)(struct psd_confine *))
{
	int r;

	state->failure->step = number;
	r = act(&state->confine);
	if (r < 0)
		state->failure->error = -r;
	return r >= 0;
}

int
psd_spawn_child(void *argument)
{
	struct psd_spawn_state *s = argument;

	write_decimal(s->pid_text, (unsigned)raw(SYS_getpid));
	(void)(step(s, PSD_STEP_CGROUP, enter_cgroup) &&
	    step(s, PSD_STEP_MAKE_WAY, make_way_for_all) &&
	    step(s, PSD_STEP_NAMESPACES, join_namespaces) &&
	    step(s, PSD_STEP_TEMPORARY, psd_spawn_mount_temporary) &&
	    step(s, PSD_STEP_STDIO, point_stdio) &&
	    step(s, PSD_STEP_PAIR, place_pair) &&
	    step(s, PSD_STEP_CLOSE_RANGE, close_others) &&
	    /* Before the limits, above which these numbers lie. */
	    step(s, PSD_STEP_HIGH_NUMBERS, take_high_numbers) &&
	    confine(s, PSD_STEP_LIMITS, psd_confine_set_limits) &&
	    step(s, PSD_STEP_PROCESSORS, psd_spawn_bind_processors) &&
	    confine(s, PSD_STEP_SESSION, psd_confine_start_session) &&
	    confine(s, PSD_STEP_KEYRING, psd_confine_join_keyring) &&
	    /* Needs a capability, which the next ones take away. */
	    confine(s, PSD_STEP_SECUREBITS, psd_confine_lock_securebits) &&
	    /* In this order: with the uid goes the right to the others. */
	    confine(s, PSD_STEP_GROUPS, psd_confine_drop_groups) &&
	    confine(s, PSD_STEP_GID, psd_confine_change_gid) &&
	    confine(s, PSD_STEP_UID, psd_confine_change_uid) &&
	    confine(s, PSD_STEP_CAPABILITIES, psd_confine_drop_capabilities) &&
	    confine(s, PSD_STEP_VERIFY, psd_confine_verify) &&
	    /* The change of uid would have cleared it. */
	    step(s, PSD_STEP_DEATH_SIGNAL, psd_spawn_ask_for_death) &&
	    step(s, PSD_STEP_WATCHER, name_watcher) &&
	    /* Without it Landlock and filter would need a capability. */
	    confine(s, PSD_STEP_NO_NEW_PRIVS, psd_confine_set_no_new_privs) &&
	    confine(s, PSD_STEP_LANDLOCK, psd_confine_enter_landlock) &&
	    step(s, PSD_STEP_SIGNALS, psd_spawn_unblock_signals) &&
	    /* From here on only what the filter allows. */
	    confine(s, PSD_STEP_FILTER, psd_confine_load_filter) &&
	    step(s, PSD_STEP_LISTENER, hand_over_listener) &&
	    step(s, PSD_STEP_EXEC, execute));
	return (int)s->failure->step;
}
