/* SPDX-License-Identifier: ISC */
#ifndef TEST_CTL_AGAINST_H
#define TEST_CTL_AGAINST_H

/* privsepctl with a daemon to talk to; for tests of cmocka. */

#include "tests/support/child.h"
#include "tests/support/fake_control.h"
#include "tests/unit/ctl_run.h"
#include "tests/unit/dir_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct test_capture run;

static inline int
with(const char *words)
{
	char line[4096];

	snprintf(line, sizeof(line), "--runtime-dir %s %s", dir, words);
	return ctl_run(line, &run);
}

/* Runs privsepctl against a daemon that answers as perform says. */
static inline int
against(fake_control_perform *perform, enum fake_control_manners manners,
    const char *words)
{
	const pid_t daemon = fake_control_start(dir, perform, manners);
	char path[4096];
	int status;

	assert_true(daemon > 0);
	status = with(words);
	test_child_kill(daemon);
	snprintf(path, sizeof(path), "%s/control.sock", dir);
	assert_int_equal(remove(path), 0);
	return status;
}

#endif
