/* SPDX-License-Identifier: ISC */
/*
 * What becomes of a look when the name server, the resolver or the helper
 * fails over it: that look, and nothing else.
 */
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/latency.h"
#include "tests/support/names_rig.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { STEP_MS = 20 };

/* Of a look that takes too long, and of one whose resolver is lost. */
static const char again[] = "-3 errno 0";

static const char slow[] = "resolve 2 1 0 slow.test 80\n";
static const char some[] = "ok 1/6/2/0 192.0.2.1 80;";

/* Sends a command whose answer is to come later. */
static void
ask(int asker, const char *line)
{
	assert_int_equal(send(asker, line, strlen(line), MSG_NOSIGNAL),
	    strlen(line));
}

static const char *
hear(int asker)
{
	static char text[4096];
	ssize_t n;

	assert_true(test_poll(asker, POLLIN, TEST_DEADLINE) != 0);
	n = recv(asker, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

/* Until the name server has been asked so many questions. */
static bool
is_asked(unsigned times)
{
	for (int ms = 0; ms < TEST_DEADLINE; ms += STEP_MS) {
		if (*names_dns.asked >= times)
			return true;
		(void)poll(NULL, 0, STEP_MS);
	}
	return false;
}

static const char *
resolve(int asker, const char *host)
{
	return daemon_rig_say(asker, "resolve 2 1 0 %s 80", host);
}

static void
a_look_that_hangs_ends_at_its_deadline_and_holds_nobody_up(void **state)
{
	int one, two;

	(void)state;
	names_rig_write("two", "AllowResolve=**");
	one = names_rig_start("AllowResolve=**\nRequestTimeoutSec=2s");
	two = daemon_rig_connect(&names_rig, "two");
	ask(one, slow);
	assert_true(is_asked(1));
	/* The daemon, another's looks, and its own waits for nobody. */
	for (int i = 0; i < 100; i++) {
		assert_string_equal(daemon_rig_say(two, "ping"), "0");
		assert_string_equal(resolve(two, "some.test"), some);
	}
	assert_int_equal(test_poll(one, POLLIN, 0), 0);
	assert_string_equal(hear(one), again);
	assert_true(daemon_rig_logs(&names_rig, "its look takes too long"));
	assert_true(daemon_rig_logs(&names_rig, "ended: overdue"));
	assert_string_equal(resolve(one, "some.test"), some);
	(void)close(one);
	(void)close(two);
}

static void
many_looks_that_hang_keep_no_other_service_waiting(void **state)
{
	enum { MANY = 8 };
	int askers[MANY], two;
	struct latency alone;

	(void)state;
	names_rig_write("two", "AllowResolve=**\nRequestTimeoutSec=1h");
	names_rig_write("one",
	    "AllowResolve=**\nRequestTimeoutSec=20s\n[Helper]"
	    "\nInstances=8\n[Policy]");
	daemon_rig_start(&names_rig);
	two = daemon_rig_connect(&names_rig, "two");
	alone = latency_of_pings(two, "ping");
	for (size_t i = 0; i < MANY; i++) {
		askers[i] = daemon_rig_connect(&names_rig, "one");
		ask(askers[i], slow);
	}
	assert_true(is_asked(1));
	latency_compare(alone, two, "ping", "a name server that is silent");
	for (int i = 0; i < 20; i++)
		assert_string_equal(resolve(two, "some.test"), some);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(test_poll(askers[i], POLLIN, 0), 0);
		(void)close(askers[i]);
	}
	(void)close(two);
}

static void
a_helper_that_dies_over_its_look_leaves_nothing_behind(void **state)
{
	int one, two;

	(void)state;
	names_rig_write("two", "AllowResolve=**");
	one = names_rig_start("AllowResolve=**\nRequestTimeoutSec=1s");
	two = daemon_rig_connect(&names_rig, "two");
	ask(one, slow);
	assert_true(is_asked(1));
	ask(one, "exit\n");
	(void)close(one);
	assert_string_equal(resolve(two, "some.test"), some);
	/* The resolver that is busy for nobody is ended all the same. */
	assert_true(daemon_rig_logs(&names_rig, "its look takes too long"));
	assert_string_equal(resolve(two, "some.test"), some);
	(void)close(two);
}

static void
a_resolver_that_dies_fails_one_look_and_is_replaced(void **state)
{
	pid_t pid;
	int fd;

	(void)state;
	fd = names_rig_start("AllowResolve=**\nRequestTimeoutSec=1h");
	ask(fd, slow);
	assert_true(is_asked(1));
	/* Whichever of the two it is, in turn. */
	while (
	    test_poll(fd, POLLIN, 0) == 0 && (pid = names_rig_resolver()) > 0) {
		(void)kill(pid, SIGKILL);
		(void)poll(NULL, 0, STEP_MS);
	}
	assert_string_equal(hear(fd), again);
	assert_string_equal(resolve(fd, "some.test"), some);
	(void)close(fd);
}

static void
what_is_no_answer_ends_that_resolver_alone(void **state)
{
	static const char *const lies[] = { "cut.x", "long.x", "id.x", "op.x",
		"family.x", "count.x", "status.x", "body.x", "fd.x", "empty.x",
		"die.x" };
	int fd;

	(void)state;
	daemon_rig_write(&names_rig, "privsepd.conf",
	    "[Daemon]\nResolver=%l\n");
	fd = names_rig_start("AllowResolve=**");
	for (size_t i = 0; i < PSD_ELEMENTS(lies); i++) {
		if (strcmp(resolve(fd, lies[i]), again) != 0)
			fail_msg("%s", lies[i]);
		if (strncmp(resolve(fd, "good.x"), "ok ", 3) != 0)
			fail_msg("after %s", lies[i]);
		assert_string_equal(daemon_rig_say(fd, "ping"), "0");
	}
	/* Only the policy refuses. */
	assert_string_equal(resolve(fd, "refuse.x"), again);
	/* A second answer is to no question, or to the next, which it fails. */
	assert_memory_equal(resolve(fd, "twice.x"), "ok ", 3);
	(void)resolve(fd, "good.x");
	assert_memory_equal(resolve(fd, "good.x"), "ok ", 3);
	(void)close(fd);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, names_rig_prepare, \
	    names_rig_clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    a_look_that_hangs_ends_at_its_deadline_and_holds_nobody_up),
		TEST(many_looks_that_hang_keep_no_other_service_waiting),
		TEST(a_helper_that_dies_over_its_look_leaves_nothing_behind),
		TEST(a_resolver_that_dies_fails_one_look_and_is_replaced),
		TEST(what_is_no_answer_ends_that_resolver_alone),
	};

	if (geteuid() != 0) {
		printf("1..0 # SKIP only root has a network of its own\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, names_rig_enter, names_rig_leave);
}
