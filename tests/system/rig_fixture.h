/* SPDX-License-Identifier: ISC */
#ifndef RIG_FIXTURE_H
#define RIG_FIXTURE_H

/* One daemon for each test of a file; policies and start are the test's. */
#include "tests/support/daemon_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <cmocka.h>

/* As many descriptors as the unit lets the daemon have. */
enum { NOFILE = 131072 };

static struct daemon_rig rig;

static inline void
raise_limit(void)
{
	const struct rlimit limit = { NOFILE, NOFILE };

	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static inline int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	return 0;
}

/* For a daemon of many helpers. */
static inline int
prepare_many(void **state)
{
	const int r = prepare(state);

	rig.on_birth = raise_limit;
	return r;
}

/* With the helper "one". */
static inline int
prepare_one(void **state)
{
	const int r = prepare(state);

	daemon_rig_puppet(&rig, "one", "", "");
	return r;
}

static inline int
clean(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

/* With PSD_SOAK=1 as much as is promised. */
static inline int
pick(int usual, int in_soak)
{
	return getenv("PSD_SOAK") != NULL ? in_soak : usual;
}

#endif
