/* SPDX-License-Identifier: ISC */
#ifndef MONITOR_FIXTURE_H
#define MONITOR_FIXTURE_H

/* A server for each test, which its own monitor confines. */
#include "tests/support/server_rig.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct server_rig rig;

static inline int
prepare(void **state)
{
	(void)state;
	server_rig_prepare(&rig);
	return 0;
}

static inline int
clean(void **state)
{
	(void)state;
	server_rig_clean(&rig);
	return 0;
}

static inline void
start(const char *helper_lines, const char *policy_lines)
{
	server_rig_policy(&rig, helper_lines, policy_lines);
	server_rig_start(&rig, NULL);
	assert_true(daemon_rig_logs(&rig.daemon, "confined itself"));
	assert_string_equal(rig.answer, "0");
}

#endif
