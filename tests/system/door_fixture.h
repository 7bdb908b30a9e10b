/* SPDX-License-Identifier: ISC */
#ifndef TEST_DOOR_FIXTURE_H
#define TEST_DOOR_FIXTURE_H

#include "common/sys.h"
#include "tests/support/child.h"
#include "tests/support/door_rig.h"
#include "tests/support/expect.h"
#include "tests/system/rig_fixture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ALICE = 12345,
	BOB = 12346,
	STAFF = 23456,
	OTHERS = 23457,
	FLOOD = 400,
	TURNS = 20,
	TEST_STEP = 20
};

static const struct door_user alice = { ALICE, ALICE, 0 };
static const struct door_user bob = { BOB, BOB, 0 };

static void
start(const char *helper_lines)
{
	daemon_rig_puppet(&rig, "svc", helper_lines, "");
	daemon_rig_start(&rig);
}

static const char *
status_of_service(void)
{
	const char *text;

	assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "status", "svc",
			     NULL),
	    0);
	return text;
}

/* Clients are other users. */
static bool
may_run(void)
{
	if (geteuid() != 0)
		puts("1..0 # SKIP other users' clients need root");
	return geteuid() == 0;
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown((test), prepare, clean)

#endif
