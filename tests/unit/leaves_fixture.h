/* SPDX-License-Identifier: ISC */
#ifndef TEST_LEAVES_FIXTURE_H
#define TEST_LEAVES_FIXTURE_H

#include "common/fd.h"
#include "common/mem.h"
#include "daemon/leaves.h"
#include "daemon/leftover.h"
#include "daemon/service.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static struct psd_daemon owner;
static char why[256];

static inline int
begin(void **state)
{
	(void)state;
	if (psd_cgroup_open(&owner.host.cgroup, NULL, why, sizeof(why)) < 0)
		return -1;
	return sd_event_new(&owner.event) < 0 ? -1 : 0;
}

static inline int
end(void **state)
{
	char path[PATH_MAX];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s", owner.host.cgroup.path);
	owner.sweep_source = sd_event_source_disable_unref(owner.sweep_source);
	owner.spare_source = sd_event_source_disable_unref(owner.spare_source);
	owner.leaves_source =
	    sd_event_source_disable_unref(owner.leaves_source);
	owner.event = sd_event_unref(owner.event);
	psd_cgroup_close(&owner.host.cgroup);
	/* One that was delegated stays. */
	return strstr(path, "privsepd-") != NULL && access(path, F_OK) == 0;
}

/* Turns until there is nothing to do; how many. */
static inline unsigned
turns(void)
{
	unsigned n = 0;

	while (sd_event_run(owner.event, 0) > 0)
		n++;
	return n;
}

/* That of the parent is not to be used behind a fork. */
static inline bool
make_own_loop(void)
{
	owner.sweep_source = NULL;
	owner.spare_source = NULL;
	owner.leaves_source = NULL;
	return sd_event_new(&owner.event) >= 0;
}

/* The tests of a group, or 77 when there are no groups here. */
static inline int
run(const struct CMUnitTest *tests, size_t n)
{
	owner.host.cgroup.base_fd = PSD_NO_FD;
	if (begin(NULL) != 0) {
		printf("1..0 # SKIP no control group: %s\n", why);
		return 77;
	}
	if (end(NULL) != 0) {
		printf("# a control group is left\n");
		return 1;
	}
	return _cmocka_run_group_tests("tests", tests, n, NULL, NULL);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif
