/* SPDX-License-Identifier: ISC */
#include "common/clone3.h"
#include "common/fd.h"
#include "common/raw.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_start.h"
#include "tests/support/plan_rig.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

/* Of clone3() alone. */
#define CLEAR_SIGHAND (UINT64_C(1) << 32)

enum { STACK = 65536 };

bool
bench_has_ended_well(int pidfd)
{
	siginfo_t info = { .si_code = 0 };
	const int r = waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED);

	psd_fd_close(pidfd);
	return r == 0 && info.si_code == CLD_EXITED && info.si_status == 0;
}

int
bench_leaf_for_all(void)
{
	struct psd_cgroup *cgroup = &plan_rig_host.cgroup;
	int leaf;

	if (cgroup->base_fd < 0)
		return PSD_NO_FD;
	leaf = psd_cgroup_leaf_make(cgroup, UINT64_MAX, UINT32_MAX);
	return leaf < 0 ? PSD_NO_FD : psd_cgroup_leaf_fd(cgroup, leaf);
}

double
bench_start_own(void *context, unsigned n)
{
	static unsigned char stack[STACK] __attribute__((aligned(16)));
	const struct bench_own_start *own = context;
	const double start = bench_now();

	for (unsigned i = 0; i < n; i++) {
		int pidfd = PSD_NO_FD;
		const struct psd_clone_args args = {
			.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD |
			    CLEAR_SIGHAND,
			.pidfd = (uintptr_t)&pidfd,
			.exit_signal = SIGCHLD,
			.stack = (uintptr_t)stack,
			.stack_size = sizeof(stack),
		};

		if (psd_clone3(&args, sizeof(args), own->child, own->state) <
			0 ||
		    !bench_has_ended_well(pidfd))
			return -1;
	}
	return bench_now() - start;
}

static int
execute(struct psd_spawn_state *state)
{
	(void)raw(SYS_execveat, state->plan->exec_fd, "", state->plan->argv,
	    state->environment, AT_EMPTY_PATH);
	return 1;
}

int
bench_child_bare(void *state)
{
	return execute(state);
}

int
bench_child_session(void *state)
{
	(void)raw(SYS_setsid);
	if (psd_spawn_unblock_signals(state) < 0)
		return 1;
	return execute(state);
}

int
bench_child_capabilities(void *state)
{
	struct psd_confine *confine =
	    &((struct psd_spawn_state *)state)->confine;

	(void)raw(SYS_setsid);
	if (psd_confine_lock_securebits(confine) < 0 ||
	    psd_confine_drop_capabilities(confine) < 0 ||
	    psd_confine_verify(confine) < 0 ||
	    psd_spawn_unblock_signals(state) < 0)
		return 1;
	return execute(state);
}

int
bench_child_death(void *state)
{
	struct psd_confine *confine =
	    &((struct psd_spawn_state *)state)->confine;

	(void)raw(SYS_setsid);
	if (psd_confine_lock_securebits(confine) < 0 ||
	    psd_confine_drop_capabilities(confine) < 0 ||
	    psd_confine_verify(confine) < 0 ||
	    psd_spawn_ask_for_death(state) < 0 ||
	    psd_confine_set_no_new_privs(confine) < 0 ||
	    psd_spawn_unblock_signals(state) < 0)
		return 1;
	return execute(state);
}
