/* SPDX-License-Identifier: ISC */
#include "tests/system/inetd_fixture.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

enum {
	MANY = 1000,
	RELAY_KIB_MAX = 32 * 1024,
};

static void
time_limits_end_it(void **state)
{
	const int idle = daemon_rig_connect(&rig, "idle");
	const int total = daemon_rig_connect(&rig, "total");

	(void)state;
	expect_end(total);
	assert_true(daemon_rig_logs(&rig, "has run for RuntimeMaxSec="));
	expect_end(idle);
	assert_true(
	    daemon_rig_logs(&rig, "nothing was said for IdleTimeoutSec="));
	assert_true(daemon_rig_logs(&rig, "ended: overdue (killed by SIGTERM"));
	(void)close(idle);
	(void)close(total);
}

static void
expect_served(int fd)
{
	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
	expect_line(fd, "x");
}

static void
connections_are_bounded_and_bounded_for_each_source(void **state)
{
	int fds[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		fds[i] = daemon_rig_connect(&rig, "two");
	expect_served(fds[0]);
	expect_served(fds[1]);
	expect_end(fds[2]);
	assert_true(
	    daemon_rig_logs(&rig, "two: refused a client: MaxConnections="));
	for (int i = 0; i < 3; i++)
		(void)close(fds[i]);
	fds[0] = daemon_rig_connect(&rig, "each");
	expect_served(fds[0]);
	fds[1] = daemon_rig_connect(&rig, "each");
	expect_end(fds[1]);
	assert_true(daemon_rig_logs(&rig,
	    "each: refused a client: MaxConnectionsPerSource="));
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* That of one who is gone is no connection, and no helper for another. */
static void
who_comes_while_a_helper_is_ending_waits_and_is_not_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		const int fd = daemon_rig_connect(&rig, "late");

		expect_line(fd, "first\n");
		expect_end(fd);
		(void)close(fd);
		/* The relay has yet to tell that this was all. */
		(void)poll(NULL, 0, 100);
	}
	assert_false(daemon_rig_has_logged(&rig, "late: refused a client"));
}

static void
what_an_attacker_tries_is_refused_and_logged(void **state)
{
	(void)state;
	check_attack();
}

/* A line of /proc/PID/status of our relay, as a number; 0: there is none. */
static unsigned long
of_relay(const char *key)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	unsigned long found = 0;

	assert_non_null(proc);
	while (found == 0 && (entry = readdir(proc)) != NULL) {
		char path[300], line[128];
		bool is_relay = false, is_ours = false;
		unsigned long value = 0;
		FILE *file;

		(void)snprintf(path, sizeof(path), "/proc/%s/status",
		    entry->d_name);
		file = fopen(path, "re");
		if (file == NULL)
			continue;
		while (fgets(line, sizeof(line), file) != NULL) {
			if (strcmp(line, "Name:\trelay\n") == 0)
				is_relay = true;
			if (strncmp(line, "PPid:\t", 6) == 0)
				is_ours = atoi(line + 6) == rig.pid;
			if (strncmp(line, key, strlen(key)) == 0)
				value = strtoul(line + strlen(key), NULL, 10);
		}
		(void)fclose(file);
		if (is_relay && is_ours)
			found = value;
	}
	(void)closedir(proc);
	return found;
}

static void
a_relay_that_dies_ends_its_connections_and_another_comes(void **state)
{
	const int fd = connect_tcp();
	const pid_t relay = (pid_t)of_relay("Pid:");
	char line[64];
	int next;

	(void)state;
	expect_served(fd);
	assert_true(relay > 1);
	assert_int_equal(kill(relay, SIGKILL), 0);
	expect_end(fd);
	(void)close(fd);
	/* Whoever comes before that is known may be given to the dead one. */
	(void)snprintf(line, sizeof(line), "(relay)[%d]: ended: ", relay);
	assert_true(daemon_rig_logs(&rig, line));
	next = connect_tcp();
	expect_served(next);
	assert_int_not_equal((pid_t)of_relay("Pid:"), relay);
	(void)close(next);
}

static void
check_a_thousand(int to)
{
	static int fds[MANY];
	const struct rlimit room = { MANY + 100, MANY + 100 };
	unsigned long memory;

	(void)setrlimit(RLIMIT_NOFILE, &room);
	for (int i = 0; i < MANY; i++) {
		fds[i] = connect_port(to);
		assert_int_equal(send(fds[i], "hello\n", 6, MSG_NOSIGNAL), 6);
	}
	for (int i = 0; i < MANY; i++)
		expect_line(fds[i], "hello\n");
	memory = of_relay("VmRSS:");
	print_message("relay: %lu KiB with %d connections\n", memory, MANY);
	assert_in_range(memory, 1, RELAY_KIB_MAX);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(shutdown(fds[i], SHUT_WR), 0);
	for (int i = 0; i < MANY; i++) {
		expect_end(fds[i]);
		(void)close(fds[i]);
	}
}

static void
a_thousand_connections_are_served_at_once(void **state)
{
	(void)state;
	check_a_thousand(port);
}

static void
a_thousand_connections_are_served_by_a_pool(void **state)
{
	(void)state;
	check_a_thousand(port + 1);
}

static void
a_thousand_connections_are_passed_on_themselves(void **state)
{
	(void)state;
	check_a_thousand(port + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_limits_end_it),
		cmocka_unit_test(
		    connections_are_bounded_and_bounded_for_each_source),
		cmocka_unit_test(
		    who_comes_while_a_helper_is_ending_waits_and_is_not_refused),
		cmocka_unit_test(what_an_attacker_tries_is_refused_and_logged),
		cmocka_unit_test(
		    a_relay_that_dies_ends_its_connections_and_another_comes),
		cmocka_unit_test(a_thousand_connections_are_served_at_once),
		cmocka_unit_test(a_thousand_connections_are_served_by_a_pool),
		cmocka_unit_test(
		    a_thousand_connections_are_passed_on_themselves),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
