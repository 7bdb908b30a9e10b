/* SPDX-License-Identifier: ISC */
#include "daemon/closer.h"

#include "common/raw.h"
#include "daemon/cgroup_file.h"
#include "daemon/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum {
	STEP_USEC = 25000, /* longer without one is too long */
	RUN_USEC = 500000, /* for one that could run, and for others' load */
	STAT_SIZE = 128,
};

/*
 * In the child, whose memory is a copy but for its steps, and whose descriptors
 * are ours: what it closes is closed here, too.  It must not keep all of them
 * open when we are gone, listeners among them.
 */
static _Noreturn void
close_all(const struct psd_closer *closer, const int *fds, size_t n)
{
	(void)raw(SYS_prctl, PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	for (size_t i = 0; i < n; i++) {
		(*closer->steps)++;
		(void)raw(SYS_close, fds[i]);
	}
	_exit(0);
}

/*
 * fork(), but for the descriptors; glibc has no call for that.  Without a pidfd,
 * which would take a descriptor when there may be no more: the number is the
 * child's until it is waited for.
 */
int
psd_closer_start(struct psd_closer *closer, const int *fds, size_t n)
{
	void *shared = mmap(NULL, sizeof(*closer->steps),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long pid;

	if (shared == MAP_FAILED)
		return -errno;
	closer->steps = shared;
	closer->seen = 0;
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		close_all(closer, fds, n);
	if (pid < 0) {
		const int error = errno;

		(void)psd_closer_end(closer);
		return -error;
	}
	closer->pid = (pid_t)pid;
	return 0;
}

/* "PID (NAME) STATE ...": the name may have brackets of its own. */
static bool
can_run(pid_t pid)
{
	char path[64], text[STAT_SIZE];
	const char *end;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (psd_cgroup_read(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	end = strrchr(text, ')');
	return end != NULL && strncmp(end, ") R", 3) == 0;
}

bool
psd_closer_is_stuck(struct psd_closer *closer)
{
	const uint32_t steps = *closer->steps;
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
	uint32_t steps = 0;

	if (closer->steps != NULL) {
		steps = *closer->steps;
		(void)munmap(closer->steps, sizeof(*closer->steps));
		closer->steps = NULL;
	}
	return steps;
}
