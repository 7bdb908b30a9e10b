/* SPDX-License-Identifier: ISC */
#include "daemon/spawn.h"

#include "common/clone3.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "common/raw.h"
#include "daemon/daemon.h"
#include "daemon/spawn_files.h"
#include "daemon/spawn_later.h"
#include "daemon/spawn_wait.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>

/* Flags of clone3() alone, which older headers lack. */
#define CLEAR_SIGHAND (UINT64_C(1) << 32)
#define INTO_CGROUP (UINT64_C(1) << 33)

/* clone3() is not known, or a sandbox around us says so. */
static bool
is_refused(long r)
{
	return r == -ENOSYS || r == -EPERM;
}

static unsigned
clone_flags(const struct psd_spawn_state *state)
{
	return CLONE_VM | CLONE_PIDFD |
	    (state->stops_parent ? (unsigned)CLONE_VFORK : 0) |
	    (state->is_on_its_own ? (unsigned)CLONE_CHILD_CLEARTID : 0) |
	    (state->files_end != 0 ? (unsigned)CLONE_FILES : 0);
}

static long
clone_slowly(struct psd_spawn_state *state, int *ret_pidfd)
{
	const unsigned flags = clone_flags(state) | (unsigned)SIGCHLD;
	const pid_t pid =
	    clone(psd_spawn_child, state->stack + PSD_SPAWN_STACK_SIZE,
		(int)flags, state, ret_pidfd, NULL, &state->is_in_memory);

	return pid < 0 ? -errno : pid;
}

static int
make_child(struct psd_spawn_state *state, struct psd_child *child)
{
	const int cgroup = state->birth->cgroup_fd;
	int pidfd = PSD_NO_FD;
	struct psd_clone_args args = {
		.flags = clone_flags(state) | CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&pidfd,
		.child_tid = (uintptr_t)&state->is_in_memory,
		.exit_signal = SIGCHLD,
		.stack = (uintptr_t)state->stack,
		.stack_size = PSD_SPAWN_STACK_SIZE,
	};
	long r;

	if (cgroup >= 0) {
		args.flags |= INTO_CGROUP;
		args.cgroup = (unsigned)cgroup;
		state->in_cgroup = true;
	}
	state->has_no_handlers = true;
	state->is_in_memory = 1;
	r = psd_clone3(&args, sizeof(args), psd_spawn_child, state);
	if (is_refused(r) && !state->is_on_its_own) {
		state->has_no_handlers = false;
		child->is_slow = true;
		state->in_cgroup = false;
		state->enters_cgroup = cgroup >= 0;
		r = clone_slowly(state, &pidfd);
	}
	if (r < 0)
		return (int)r;
	child->pid = (pid_t)r;
	child->pidfd = pidfd;
	return 0;
}

/*
 * Where the listener comes from, and how the end of the wait is seen without
 * CLONE_VFORK.  With it nobody but the child at hand has the other end, so
 * that one pair, made at the daemon's start, serves all children: 10 µs less
 * for each.
 */
static int lasting[2] = { PSD_NO_FD, PSD_NO_FD };

int
psd_spawn_open_report(void)
{
	return lasting[0] >= 0 ? 0 : psd_pair(SOCK_SEQPACKET, lasting);
}

/*
 * What a child that failed has sent, one record at most, must not be taken
 * for the next one's.
 */
static void
discard_report(void)
{
	const int listener = psd_spawn_take_listener(lasting[0]);

	psd_fd_close(listener);
	if (listener >= 0 || listener == -EAGAIN)
		return;
	/* Who knows what is left there: from now on a pair for each. */
	psd_fd_cleanup(&lasting[0]);
	psd_fd_cleanup(&lasting[1]);
}

static void
borrow_descriptors(struct psd_spawn_state *state, int report_fd)
{
	const struct psd_plan *plan = state->plan;
	const int *stdio = state->birth->stdio;

	state->exec_fd = plan->exec_fd;
	state->landlock_fd = plan->landlock_fd;
	state->null_fd = plan->null_fd;
	for (int i = 0; i < 3; i++)
		state->stdio[i] = stdio != NULL ? stdio[i] : PSD_NO_FD;
	if (state->stdio[STDERR_FILENO] < 0)
		state->stdio[STDERR_FILENO] = state->birth->stderr_fd;
	state->pair_end = state->birth->pair_end;
	state->report_fd = report_fd;
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		state->namespaces[i] =
		    plan->namespaces == NULL ? PSD_NO_FD : plan->namespaces[i];
}

/*
 * The wait of CLONE_VFORK is ended by nothing but the child, and whoever has
 * the uid that the child changes to can stop it before its exec.  So only a
 * helper whose uid is nobody else's is waited for in this way, which takes
 * 20 µs less.  Beside another we run on, until psd_spawn_await() is done, and
 * touch nothing that it uses; with one that is on its own we have nothing in
 * common but what is kept for it, and the table of descriptors until it leaves.
 */
static int
make_child_with(struct psd_spawn_state *state, int report_fd,
    struct psd_child *child)
{
	int r;

	state->stops_parent = state->plan->owns_uid && !state->is_on_its_own;
	borrow_descriptors(state, report_fd);
	psd_spawn_share_files(state);
	r = make_child(state, child);
	/* It has left the table, or never had it. */
	if (r < 0 || state->stops_parent || state->files_end == 0)
		psd_spawn_restore_slots(state);
	return r;
}

static int
start_and_wait(struct psd_spawn_state *state, int ours, int *theirs,
    int report_fd, struct psd_child *child)
{
	int r = make_child_with(state, report_fd, child);

	/* The child has one of its own, which alone is to count. */
	psd_fd_cleanup(theirs);
	if (r < 0)
		return r;
	r = psd_spawn_await(state, ours, child);
	if (r < 0)
		psd_spawn_reap(child);
	psd_spawn_restore_slots(state);
	if (r < 0 && ours >= 0 && ours == lasting[0])
		discard_report();
	return r;
}

/* Where that cannot be, the start is as any other. */
static bool
start_on_its_own(struct psd_spawn_state *state, bool has_listener,
    struct psd_child *child)
{
	_cleanup_fd_ int ours = PSD_NO_FD;
	_cleanup_fd_ int theirs = PSD_NO_FD;
	int ends[2];

	if (has_listener) {
		if (psd_pair(SOCK_SEQPACKET, ends) < 0)
			return false;
		ours = ends[0];
		theirs = ends[1];
	}
	state->is_on_its_own = true;
	if (make_child_with(state, theirs, child) < 0) {
		state->is_on_its_own = false;
		return false;
	}
	child->in_cgroup = state->in_cgroup;
	child->report = psd_fd_take(&ours);
	return true;
}

static int
start(struct psd_spawn_state *state, struct psd_child *child)
{
	const struct psd_plan *plan = state->plan;
	const bool has_listener = plan->want_listener && plan->filter != NULL;
	_cleanup_fd_ int ours = PSD_NO_FD;
	_cleanup_fd_ int theirs = PSD_NO_FD;
	int ends[2], r;

	if (state->birth->may_fail_later && psd_spawn_is_slow() &&
	    start_on_its_own(state, has_listener, child))
		return 0;
	if (plan->owns_uid && !has_listener)
		return start_and_wait(state, ours, &theirs, theirs, child);
	if (plan->owns_uid && lasting[0] >= 0)
		return start_and_wait(state, lasting[0], &theirs, lasting[1],
		    child);
	r = psd_pair(SOCK_SEQPACKET, ends);
	if (r < 0)
		return r;
	ours = ends[0];
	theirs = ends[1];
	return start_and_wait(state, ours, &theirs, theirs, child);
}

/* Landlock and report socket have their high numbers by then. */
static struct psd_confine
confinement(const struct psd_plan *plan, const struct psd_birth *birth)
{
	const int landlock_fd = plan->exec_number + PSD_SPAWN_LANDLOCK;

	return (struct psd_confine){
		.uid = birth->uid,
		.gid = birth->gid,
		.set_ids = plan->set_ids,
		.is_unprivileged = plan->is_unprivileged,
		.limits = plan->limits,
		.n_limits = plan->n_limits,
		.landlock_fd = plan->landlock_fd < 0 ? PSD_NO_FD : landlock_fd,
		.filter = plan->filter,
		.plain_filter = plan->plain_filter,
		.want_listener = plan->want_listener,
		.report_fd = plan->exec_number + PSD_SPAWN_REPORT,
		.listener = PSD_NO_FD,
	};
}

/*
 * All signals, those of the C library included: a handler of ours would run
 * in the child on the wrong stack.
 */
static int
start_undisturbed(struct psd_spawn_state *state, struct psd_child *child)
{
	const uint64_t all = UINT64_MAX;
	const int saved = errno;
	uint64_t before;
	int r, restored;

	r = raw(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof(all));
	if (r < 0)
		return r;
	r = start(state, child);
	restored =
	    raw(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof(before));
	assert(restored == 0);
	errno = saved;
	return r;
}

int
psd_spawn(const struct psd_plan *plan, const struct psd_birth *birth,
    struct psd_child *ret_child, struct psd_spawn_failure *ret_failure)
{
	/*
	 * Nothing gives a capability back to a bounding set, so what a child
	 * of ours has verified once is true of all later ones: 41 calls.
	 */
	static bool has_no_bounding_set;
	struct psd_child child = { .listener = PSD_NO_FD, .report = PSD_NO_FD };
	const uint64_t since = psd_now();
	struct psd_spawn_memory *memory = psd_spawn_memory_make(plan, birth);
	int r;

	assert(plan->exec_number >= PSD_SPAWN_LOWEST);
	if (memory == NULL) {
		*ret_failure =
		    (struct psd_spawn_failure){ PSD_STEP_NONE, ENOMEM };
		return -ENOMEM;
	}
	memory->state.confine = confinement(plan, birth);
	memory->state.confine.has_no_bounding_set = has_no_bounding_set;
	r = start_undisturbed(&memory->state, &child);
	psd_spawn_note_time(psd_now() - since);
	if (r < 0) {
		ret_failure->step = memory->failure.step;
		ret_failure->error = -r;
	}
	if (r == 0 && memory->state.is_on_its_own) {
		psd_spawn_memory_lend(memory);
		child.later = memory;
	} else {
		psd_spawn_memory_free(memory);
	}
	if (r < 0)
		return r;
	has_no_bounding_set = has_no_bounding_set ||
	    (!plan->is_unprivileged && child.later == NULL);
	*ret_child = child;
	return 0;
}
