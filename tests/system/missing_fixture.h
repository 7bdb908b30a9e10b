/* SPDX-License-Identifier: ISC */
#ifndef TEST_MISSING_FIXTURE_H
#define TEST_MISSING_FIXTURE_H

/*
 * A daemon on a kernel that has less than this one: what it asks for is refused
 * by a filter, or is not there, from its birth on.
 */
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/system/rig_fixture.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ANY = -1 };

/* A call that answers error, whenever that argument has the value. */
struct lack {
	int call;
	int index;
	uint32_t value;
	int error;
};

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

static inline void
start_without(const struct lack *what)
{
	lack = what;
	rig.on_birth = lack_it;
	daemon_rig_start(&rig);
}

#endif
