/* SPDX-License-Identifier: ISC */
#include "daemon/closer.h"

#include "common/clone3.h"
#include "common/raw.h"
#include "common/small_file.h"
#include "daemon/daemon.h"
#include "daemon/spawn_later.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum {
	STEP_USEC = 25000, /* longer without one is too long */
	RUN_USEC = 500000, /* for one that could run, and for others' load */
	STAT_SIZE = 128,
};

/*
 * In the child, whose memory and descriptors are ours: what it closes is closed
 * here, too.  It must not keep all of them open when we are gone, listeners
 * among them.
 */
static int
close_all(void *argument)
{
	struct psd_closer *closer = argument;

	(void)raw(SYS_prctl, PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	for (size_t i = 0; i < closer->n; i++) {
		closer->steps++;
		(void)raw(SYS_close, closer->fds[i]);
	}
	return 0;
}

/*
 * It keeps our user id, so nobody but root can stop, end or look into it, and
 * none of our signals has a handler, which would run in our memory.  Nobody
 * waits for it, and a copy of our memory would have us wait, for the memory of
 * all who have the same libraries mapped.  Without a pidfd, which would take a
 * descriptor when there may be no more: the number is the child's until it is
 * waited for.
 */
static int
make_child(struct psd_closer *closer)
{
	const struct psd_clone_args args = {
		.flags = CLONE_VM | CLONE_FILES,
		.exit_signal = SIGCHLD,
		.stack = (uintptr_t)closer->stack,
		.stack_size = PSD_SPAWN_STACK_SIZE,
	};
	long pid = psd_clone3(&args, sizeof(args), close_all, closer);

	if (pid == -ENOSYS || pid == -EPERM) {
		pid = clone(close_all, closer->stack + PSD_SPAWN_STACK_SIZE,
		    CLONE_VM | CLONE_FILES | SIGCHLD, closer);
		if (pid < 0)
			return -errno;
	}
	if (pid < 0)
		return (int)pid;
	closer->pid = (pid_t)pid;
	return 0;
}

int
psd_closer_start(struct psd_closer *closer, const int *fds, size_t n)
{
	int r;

	*closer = (struct psd_closer){
		.stack = psd_spawn_take_stack(),
		.fds = fds,
		.n = n,
	};
	if (closer->stack == NULL)
		return -ENOMEM;
	r = make_child(closer);
	if (r < 0)
		(void)psd_closer_end(closer);
	return r;
}

/* "PID (NAME) STATE ...": the name may have brackets of its own. */
static bool
can_run(pid_t pid)
{
	char path[64], text[STAT_SIZE];
	const char *end;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (psd_small_file_read(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	end = strrchr(text, ')');
	return end != NULL && strncmp(end, ") R", 3) == 0;
}

bool
psd_closer_is_stuck(struct psd_closer *closer)
{
	const uint32_t steps = closer->steps;
	uint64_t usec;

	if (steps != closer->seen) {
		closer->seen = steps;
		closer->since_usec = psd_now();
		return false;
	}
	usec = psd_now() - closer->since_usec;
	return steps > 0 && usec >= STEP_USEC &&
	    (usec >= RUN_USEC || !can_run(closer->pid));
}

bool
psd_closer_has_ended(const struct psd_closer *closer)
{
	siginfo_t info = { .si_pid = 0 };

	/* ECHILD: it is the child of the process for which we rehearse. */
	return waitid(P_PID, (id_t)closer->pid, &info, WEXITED | WNOHANG) < 0
	    ? errno != EINTR
	    : info.si_pid != 0;
}

size_t
psd_closer_end(struct psd_closer *closer)
{
	psd_spawn_give_stack(closer->stack);
	closer->stack = NULL;
	return closer->steps;
}
