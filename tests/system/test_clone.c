/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A helper that may fork, and have clones of its conversation. */
static struct daemon_rig rig;

static int
start(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_write(&rig, "files/one", "first");
	daemon_rig_puppet(&rig, "one", "Instances=1",
	    "SystemCallFilter=@processes\nAllowClone=yes\n"
	    "AllowOpen=read %s/files/**");
	daemon_rig_puppet(&rig, "none", "Instances=1", "");
	daemon_rig_start(&rig);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

static bool
has_clones(int n)
{
	char wanted[32];
	const char *text;

	(void)snprintf(wanted, sizeof(wanted), "\"clones\": %d", n);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "--json", "status", "one",
			     NULL),
	    0);
	return strstr(text, wanted) != NULL;
}

static const char *
read_file(int puppet)
{
	return daemon_rig_say(puppet, "read %s/files/one", rig.dir);
}

static void
a_process_talks_by_a_clone_of_its_own_conversation(void **state)
{
	const int fd = daemon_rig_connect(&rig, "one");

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "clone 100"), "0");
	assert_string_equal(daemon_rig_say(fd, "clone 0"), "0");
	assert_string_equal(daemon_rig_say(fd, "ping 10"), "0");
	assert_true(has_clones(0));
	(void)close(fd);
}

static void
without_a_line_there_is_no_clone(void **state)
{
	const int fd = daemon_rig_connect(&rig, "none");

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "clone 1"), "-1");
	assert_true(daemon_rig_logs(&rig, "to allow: AllowClone=yes"));
	(void)close(fd);
}

static void
a_child_gives_up_what_its_parent_keeps(void **state)
{
	const int fd = daemon_rig_connect(&rig, "one");

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "child"), "0");
	assert_true(has_clones(1));
	assert_string_equal(read_file(fd), "ok first");
	assert_string_equal(daemon_rig_say(fd, "restrict open"), "0");
	assert_string_equal(read_file(fd), "-1");
	assert_string_equal(daemon_rig_say(fd, "return"), "0");
	assert_string_equal(read_file(fd), "ok first");
	assert_true(has_clones(0));
	(void)close(fd);
}

static void
a_child_of_a_child_has_a_clone_too(void **state)
{
	const int fd = daemon_rig_connect(&rig, "one");

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "child"), "0");
	assert_string_equal(daemon_rig_say(fd, "child"), "0");
	assert_true(has_clones(2));
	assert_string_equal(read_file(fd), "ok first");
	assert_string_equal(daemon_rig_say(fd, "return"), "0");
	assert_string_equal(read_file(fd), "ok first");
	assert_string_equal(daemon_rig_say(fd, "return"), "0");
	assert_true(has_clones(0));
	(void)close(fd);
}

/* The parent reaps it, and is there for the client again. */
static void
a_child_that_dies_takes_only_its_clone_along(void **state)
{
	const int fd = daemon_rig_connect(&rig, "one");

	(void)state;
	assert_string_equal(daemon_rig_say(fd, "child"), "0");
	assert_int_equal(write(fd, "exit 3\n", 7), 7);
	/* Until it has gone, either of them may read the next line. */
	for (int i = 0; i < 200 && !has_clones(0); i++)
		(void)usleep(10000);
	assert_true(has_clones(0));
	assert_string_equal(daemon_rig_say(fd, "ping 10"), "0");
	(void)close(fd);
}

static void
who_breaks_the_protocol_in_a_clone_is_killed_with_its_parent(void **state)
{
	const int fd = daemon_rig_connect(&rig, "one");
	char pid[32], line[128];

	(void)state;
	(void)snprintf(pid, sizeof(pid), "%s", daemon_rig_say(fd, "pid"));
	assert_string_equal(daemon_rig_say(fd, "child"), "0");
	(void)daemon_rig_say(fd, "garbage");
	(void)snprintf(line, sizeof(line), "one[%s]: ended: abrupt", pid);
	assert_true(daemon_rig_logs(&rig, line));
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_process_talks_by_a_clone_of_its_own_conversation),
		cmocka_unit_test(without_a_line_there_is_no_clone),
		cmocka_unit_test(a_child_gives_up_what_its_parent_keeps),
		cmocka_unit_test(a_child_of_a_child_has_a_clone_too),
		cmocka_unit_test(a_child_that_dies_takes_only_its_clone_along),
		cmocka_unit_test(
		    who_breaks_the_protocol_in_a_clone_is_killed_with_its_parent),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
