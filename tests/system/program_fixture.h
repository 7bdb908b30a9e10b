/* SPDX-License-Identifier: ISC */
#ifndef TEST_PROGRAM_FIXTURE_SYSTEM_H
#define TEST_PROGRAM_FIXTURE_SYSTEM_H

#include "tests/support/daemon_rig.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* That one caller may have running or not awaited. */
enum { MOST = 16 };

static struct daemon_rig rig;
static int caller = -1;

/* A program that the shell is given. */
static inline void
program(const char *name, const char *script, const char *lines)
{
	char policy[1024], file[64];

	(void)snprintf(policy, sizeof(policy),
	    "[Helper]\nType=program\nExecStart=/bin/sh -c \"%s\"\n%s\n"
	    "[Policy]\nSystemCallFilter=@helper @loader @basic-io @processes getcwd\n"
	    "AllowOpen=@runtime\n",
	    script, lines);
	(void)snprintf(file, sizeof(file), "policies/%s.policy", name);
	daemon_rig_write(&rig, file, policy);
}

static inline int
start(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "caller", "Instances=2",
	    "AllowRun=echo,three,tell,long,stubborn,few,seldom");
	program("echo", "read line; echo $line; read line",
	    "Instances=16\n"
	    "StartLimitBurst=0");
	program("three", "echo out; echo err >&2; exit 3", "StartLimitBurst=0");
	program("tell", "echo $$; read line", "StartLimitBurst=0");
	program("long", "read line", "RuntimeMaxSec=300ms");
	program("stubborn", "trap '' TERM; echo here; read line; read line",
	    "RuntimeMaxSec=300ms\nTimeoutStopSec=300ms");
	program("few", "read line", "Instances=2\nStartLimitBurst=0");
	program("seldom", "exit 0",
	    "StartLimitBurst=3\n"
	    "StartLimitIntervalSec=1h\nInstances=9");
	program("nobodys", "exit 0", "");
	daemon_rig_start(&rig);
	return 0;
}

static inline int
stop(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

static inline int
connect_caller(void **state)
{
	(void)state;
	caller = daemon_rig_connect(&rig, "caller");
	return 0;
}

static inline int
leave_caller(void **state)
{
	(void)state;
	(void)close(caller);
	return 0;
}

/* Its handle; less than 0: why it was not started. */
static inline int
run(const char *name)
{
	int status;
	unsigned handle;

	assert_int_equal(sscanf(daemon_rig_say(caller, "run %s", name), "%d %u",
			     &status, &handle),
	    2);
	return status < 0 ? status : (int)handle;
}

static inline void
expect_end(int handle, const char *how)
{
	assert_string_equal(daemon_rig_say(caller, "await %d", handle), how);
	/* It is told once. */
	assert_int_equal(atoi(daemon_rig_say(caller, "await %d", handle)),
	    -ESRCH);
}

#define CALLING(test) \
	cmocka_unit_test_setup_teardown((test), connect_caller, leave_caller)

#endif
