/* SPDX-License-Identifier: ISC */
#ifndef TEST_MISSING_FIXTURE_H
#define TEST_MISSING_FIXTURE_H

/*
 * A daemon on a kernel that has less than this one: what it asks for is refused
 * by a filter, or is not there, from its birth on.
 */
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/deny.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { ANY = -1 };

/* A call that answers error, whenever that argument has the value. */
struct lack {
	int call;
	int index;
	uint32_t value;
	int error;
};

static struct daemon_rig rig;
static const struct lack *lack;

static inline void
lack_it(void)
{
	const int r = lack->index == ANY
	    ? test_deny(lack->call, lack->error)
	    : test_deny_argument(lack->call, (unsigned)lack->index, lack->value,
		  lack->error);

	if (r < 0)
		_exit(96);
}

static inline int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	return 0;
}

static inline int
clean(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

static inline void
start_without(const struct lack *what)
{
	lack = what;
	rig.on_birth = lack_it;
	daemon_rig_start(&rig);
}

#endif
