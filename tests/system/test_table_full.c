/* SPDX-License-Identifier: ISC */
/* The system's table of open files is full: ENFILE, for as long as it lasts. */
#include "tests/faults/day.h"
#include "tests/faults/inject.h"
#include "tests/support/child.h"
#include "tests/support/door_rig.h"
#include "tests/support/guests.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { LASTS_MSEC = 3000, CALLS_MAX = 6000, KNOCKS = 4 };

static struct daemon_rig rig;

static int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_write(&rig, "files/word", "word\n");
	daemon_rig_puppet(&rig, "asker", "Instances=1..2",
	    "AllowOpen=read %s/files/**\n");
	daemon_rig_puppet(&rig, "svc", "Instances=1\nClients=user:0", "");
	guests_write_echo(&rig, "");
	daemon_rig_start(&rig);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	inject_end();
	daemon_rig_clean(&rig);
	return 0;
}

static int
knock(const char *name, int type)
{
	int r;
	const int fd = guests_knock(&rig, name, type, &r);

	assert_int_equal(r, 0);
	return fd;
}

static void
begin(int number)
{
	const struct inject_plan plan = {
		.act = INJECT_FAIL,
		.number = number,
		.nth = 1,
		.error = ENFILE,
		.lasts = true,
	};

	inject_attach(rig.pid, false);
	assert_true(inject_settles());
	inject_arm(&plan);
}

static void
expect_all_served(void)
{
	const char *told;
	int fd = daemon_rig_connect(&rig, "asker");

	assert_string_equal(daemon_rig_say(fd, "read %s/files/word", rig.dir),
	    "ok word");
	(void)close(fd);
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), 0);
	(void)close(fd);
	assert_int_equal(daemon_rig_ctl(&rig, &told, "status", NULL), 0);
}

static void
clients_wait_and_cost_little(void **state)
{
	int held[KNOCKS];
	uint64_t calls;

	(void)state;
	begin(SYS_accept4);
	calls = inject_total();
	held[0] = knock("asker", SOCK_STREAM);
	held[1] = knock("echo", SOCK_STREAM);
	held[2] = knock("service/svc", SOCK_SEQPACKET);
	held[3] = knock("control", SOCK_SEQPACKET);
	(void)poll(NULL, 0, LASTS_MSEC);
	calls = inject_total() - calls;
	assert_true(inject_has_hit());
	assert_true(inject_settles());
	(void)inject_disarm();
	inject_end();
	(void)printf("# %zu calls in %d ms\n", (size_t)calls, LASTS_MSEC);
	assert_true(calls < CALLS_MAX);
	assert_true(daemon_rig_has_logged(&rig,
	    "cannot accept a client: Too many open files in system"));
	for (size_t i = 0; i < KNOCKS; i++)
		(void)close(held[i]);
	expect_all_served();
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

static void
a_request_is_answered_with_the_error(void **state)
{
	int fd = daemon_rig_connect(&rig, "asker");

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	begin(SYS_openat2);
	assert_string_equal(daemon_rig_say(fd, "read %s/files/word", rig.dir),
	    "-23");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)inject_disarm();
	inject_end();
	assert_string_equal(daemon_rig_say(fd, "read %s/files/word", rig.dir),
	    "ok word");
	(void)close(fd);
	expect_all_served();
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(clients_wait_and_cost_little),
		TEST(a_request_is_answered_with_the_error),
#undef TEST
	};

	if (inject_prepare() != 0 || day_leave_host() != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
