/* SPDX-License-Identifier: ISC */
#include "tests/faults/errnos.h"

#include "common/mem.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#define CALL(call, ...) static const int of_##call[] = { __VA_ARGS__ };
#include "tests/faults/errnos.def"
#undef CALL

static const struct errnos rows[] = {
#define CALL(call, ...) \
	{ SYS_##call, #call, of_##call, PSD_ELEMENTS(of_##call) },
#include "tests/faults/errnos.def"
#undef CALL
};

const struct errnos *
errnos_of(int number)
{
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++)
		if (rows[i].number == number)
			return &rows[i];
	return NULL;
}

/* Those of an image's first moments are made by the C library for itself. */
static const int never_fail[] = {
	SYS_getpid,
	SYS_getppid,
	SYS_geteuid,
	SYS_getegid,
	SYS_getuid,
	SYS_getgid,
	SYS_umask,
	SYS_setfsuid,
	SYS_setfsgid,
	SYS_gettid,
	SYS_set_tid_address,
	SYS_set_robust_list,
	SYS_rseq,
#ifdef SYS_arch_prctl
	SYS_arch_prctl,
#endif
};

static const int loop_waits[] = {
	SYS_epoll_pwait,
	SYS_epoll_pwait2,
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
};

bool
errnos_is_among(int number, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i] == number)
			return true;
	return false;
}

bool
errnos_cannot_fail(int number)
{
	return errnos_is_among(number, never_fail, PSD_ELEMENTS(never_fail));
}

bool
errnos_is_loop_wait(int number)
{
	return errnos_is_among(number, loop_waits, PSD_ELEMENTS(loop_waits));
}

const char *
errnos_call_name(int number)
{
	static char name[64];
	_cleanup_free_ char *found =
	    seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

	(void)snprintf(name, sizeof(name), "%s", found != NULL ? found : "");
	return name;
}

const char *
errnos_name(int error)
{
	const char *name = strerrorname_np(error);

	return name != NULL ? name : "?";
}
