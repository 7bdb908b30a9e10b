/* SPDX-License-Identifier: ISC */
#ifndef TEST_ROOTLESS_FIXTURE_H
#define TEST_ROOTLESS_FIXTURE_H

/* A child that is nobody, as it would be after an exec. */
#include "tests/support/expect.h"

#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* Exit status of a child that cannot have a user namespace. */
enum { NO_NAMESPACE = 77 };

static inline int
become_nobody(void)
{
	TEST_EXPECT(setgroups(0, NULL) == 0);
	TEST_EXPECT(setresgid(NOBODY, NOBODY, NOBODY) == 0);
	TEST_EXPECT(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	/* The change has cleared it, as for a process that exec made. */
	TEST_EXPECT(prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L) == 0);
	return 0;
}

#endif
