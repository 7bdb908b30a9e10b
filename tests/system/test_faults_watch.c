/* SPDX-License-Identifier: ISC */
/* A watcher for which the daemon has no descriptors. */
#include "tests/faults/inject.h"
#include "tests/support/daemon_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static struct daemon_rig rig;

static int
start(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "one", "Instances=1\nRestartSec=1ms",
	    "OnViolation=errno\nReportOpens=yes\nAllowOpen=@runtime\n"
	    "SystemCallFilter=@loader");
	daemon_rig_start(&rig);
	inject_attach(rig.pid, false);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	inject_end();
	daemon_rig_clean(&rig);
	return 0;
}

/* Another one, and its watcher. */
static void
replace(void)
{
	int fd = daemon_rig_connect(&rig, "one");

	assert_string_equal(daemon_rig_say(fd, "end"), "");
	(void)close(fd);
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
	assert_true(inject_settles());
}

/* Which fcntl() it is that copies a listener for a watcher. */
static unsigned
find_copy(void)
{
	const struct inject_plan plan = { .act = INJECT_NOTHING };
	unsigned nth = 0;
	size_t n;

	inject_arm(&plan);
	replace();
	n = inject_disarm();
	for (size_t i = 0; i < n; i++) {
		const struct inject_call *call = inject_call(i);

		if (call->number == SYS_fcntl &&
		    (int)call->arguments[1] == F_DUPFD_CLOEXEC)
			nth = call->nth;
	}
	return nth;
}

static void
a_watcher_that_can_be_given_nothing_is_dropped(void **state)
{
	const struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = SYS_fcntl,
		.nth = find_copy(),
		.error = EMFILE,
	};

	(void)state;
	assert_true(plan.nth > 0);
	inject_arm(&plan);
	replace();
	assert_true(daemon_rig_logs(&rig, "]: dropped: no descriptors for it"));
	(void)inject_disarm();
	assert_true(inject_has_hit());
	/* The next one is given what it needs. */
	replace();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_watcher_that_can_be_given_nothing_is_dropped),
	};

	if (inject_prepare() != 0)
		return 77;
	return cmocka_run_group_tests(tests, start, stop);
}
