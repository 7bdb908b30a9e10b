/* SPDX-License-Identifier: ISC */
#ifndef CALL_FIXTURE_H
#define CALL_FIXTURE_H

/* Single calls of real children under a filter, and what they meet. */
#include "tests/support/filter.h"

#include "common/arch.h"
#include "common/mem.h"
#include "policy/callname.h"
#include "tests/support/child.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/prctl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* How a child ends whose call did not fail; else with its errno. */
enum { PASSED = 0 };

struct call {
	const char *name;
	long number;
	long args[6];
};

static inline void
make_call(void *argument)
{
	const struct call *call = argument;
	const long r = syscall(call->number, call->args[0], call->args[1],
	    call->args[2], call->args[3], call->args[4], call->args[5]);

	test_filter_exit(r == -1 ? errno : PASSED);
}

static inline struct psd_filter *
compile(const char *words, enum psd_violation on_violation)
{
	return test_filter_compile(words, on_violation, PSD_FILTER_PLAIN, NULL);
}

static inline int
status_of(const struct psd_filter *filter, const struct call *call)
{
	return test_filter_run(&filter->program, make_call,
	    (void *)(uintptr_t)call);
}

static inline void
expect_killed(const struct psd_filter *filter, const struct call *call)
{
	const int status = status_of(filter, call);

	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		fail_msg("%s: status 0x%x, not killed", call->name,
		    (unsigned)status);
}

static inline void
expect_errno(const struct psd_filter *filter, const struct call *call,
    int error)
{
	const int status = status_of(filter, call);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != error)
		fail_msg("%s: status 0x%x, not errno %d", call->name,
		    (unsigned)status, error);
}

#define CALL(name, ...) \
	{ \
#name, SYS_##name, \
		{ \
			__VA_ARGS__ \
		} \
	}

#endif
