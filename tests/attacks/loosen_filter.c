/* SPDX-License-Identifier: ISC */
/* Another filter, another mode, or none. */
#include "tests/attacks/attack.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#define SUSPEND_SECCOMP (1 << 21) /* PTRACE_O_SUSPEND_SECCOMP */

static struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K,
    SECCOMP_RET_ALLOW) };
static const struct sock_fprog program = { 1, allow };

ATTACK(second_filter, ATTACK_FILTERED)
{
	return attack_errno(
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

ATTACK(second_filter_listener, ATTACK_FILTERED)
{
	return attack_errno(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

ATTACK(second_filter_by_prctl, ATTACK_FILTERED)
{
	return attack_errno(
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

ATTACK(filter_mode_none, ATTACK_CALLS)
{
	return attack_errno(prctl(PR_SET_SECCOMP, SECCOMP_MODE_DISABLED, NULL));
}

ATTACK(suspend_filter, ATTACK_CALLS)
{
	return attack_errno(ptrace(PTRACE_SEIZE, arena->neighbour, NULL,
	    (void *)SUSPEND_SECCOMP));
}

ATTACK(securebits_down, ATTACK_CALLS)
{
	return attack_errno(prctl(PR_SET_SECUREBITS, 0));
}

ATTACK(death_signal_off, ATTACK_FILTERED)
{
	return attack_errno(prctl(PR_SET_PDEATHSIG, 0));
}

/* A limit of what its threads may do, which is none to the kernel. */
ATTACK(dispatch_calls, ATTACK_FILTERED)
{
	return attack_errno(prctl(PR_SET_SYSCALL_USER_DISPATCH,
	    PR_SYS_DISPATCH_ON, 0, 0, &(char){ 0 }));
}
