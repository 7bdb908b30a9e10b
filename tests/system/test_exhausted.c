/* SPDX-License-Identifier: ISC */
/* A daemon that is left three descriptors, asked for more without end. */
#include "tests/support/child.h"
#include "tests/support/door_rig.h"
#include "tests/support/fds_limit.h"
#include "tests/support/guests.h"
#include "tests/system/rig_fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	LEFT = 3,
	LOAD_MSEC = 4000,
	STEP_MSEC = 10,
	HELD = 60,
	LINES_MAX = 50,
	CPU_PERCENT_MAX = 25
};

static int
start(void **state)
{
	(void)prepare(state);
	daemon_rig_write(&rig, "files/word", "word\n");
	daemon_rig_puppet(&rig, "asker", "Instances=1",
	    "AllowOpen=read %s/files/**\n");
	daemon_rig_puppet(&rig, "mortal", "Instances=1", "");
	daemon_rig_puppet(&rig, "svc", "Instances=1..4\nClients=user:0", "");
	guests_write_echo(&rig, "");
	daemon_rig_start(&rig);
	return 0;
}

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Seconds that the daemon has been computing. */
static double
computed(void)
{
	struct timespec ts;
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(rig.pid, &clock), 0);
	assert_int_equal(clock_gettime(clock, &ts), 0);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Of the daemon's log. */
static size_t
count_lines(const char *text)
{
	char path[256], line[1024];
	size_t n = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/log", rig.dir);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		n += strstr(line, text) != NULL;
	(void)fclose(file);
	return n;
}

/*
 * All that makes a descriptor, again and again; who knocked stays a while, but
 * for control.sock, where one at a time is served.
 */
static void
load(int asker)
{
	const char *told;
	int held[HELD];
	size_t n = 0;
	const double began = now();

	for (size_t i = 0; i < HELD; i++)
		held[i] = -1;
	while (now() - began < LOAD_MSEC / 1000.0) {
		const char *word =
		    daemon_rig_say(asker, "read %s/files/word", rig.dir);

		if (strcmp(word, "-24") != 0)
			assert_string_equal(word, "ok word");
		for (size_t i = 0; i < 2; i++) {
			(void)close(held[n % HELD]);
			held[n++ % HELD] = i == 0
			    ? guests_knock(&rig, "service/svc", SOCK_SEQPACKET,
				  NULL)
			    : guests_knock(&rig, "echo", SOCK_STREAM, NULL);
		}
		(void)close(
		    guests_knock(&rig, "control", SOCK_SEQPACKET, NULL));
		(void)poll(NULL, 0, STEP_MSEC);
	}
	/* Now that they have taken what was left. */
	assert_int_equal(daemon_rig_ctl(&rig, &told, "status", NULL), 0);
	assert_non_null(strstr(told, "mortal"));
	for (size_t i = 0; i < HELD; i++)
		(void)close(held[i]);
}

static void
expect_all_served(int asker)
{
	char text[8] = "";
	const char *told;
	int fd;

	assert_string_equal(daemon_rig_say(asker, "read %s/files/word",
				rig.dir),
	    "ok word");
	fd = daemon_rig_connect(&rig, "mortal");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), 0);
	(void)close(fd);
	fd = daemon_rig_connect(&rig, "echo");
	assert_int_equal(send(fd, "word", 4, MSG_NOSIGNAL), 4);
	assert_true(test_poll(fd, POLLIN, TEST_DEADLINE) != 0);
	assert_int_equal(recv(fd, text, sizeof(text), 0), 4);
	(void)close(fd);
	assert_int_equal(daemon_rig_ctl(&rig, &told, "status", NULL), 0);
}

static void
whatever_is_asked_of_it_costs_little_and_passes(void **state)
{
	const int asker = daemon_rig_connect(&rig, "asker");
	double cpu, began;
	int mortal;
	pid_t pid;

	(void)state;
	expect_all_served(asker);
	mortal = daemon_rig_connect(&rig, "mortal");
	pid = (pid_t)strtol(daemon_rig_say(mortal, "pid"), NULL, 10);
	test_fds_leave(rig.pid, LEFT);
	assert_int_equal(kill(pid, SIGKILL), 0);
	began = now();
	cpu = computed();
	load(asker);
	cpu = 100 * (computed() - cpu) / (now() - began);
	(void)printf("# %.1f %% of a processor, %zu lines of the log\n", cpu,
	    count_lines(""));
	assert_true(cpu < CPU_PERCENT_MAX);
	assert_true(count_lines("") < LINES_MAX);
	test_fds_give_back(rig.pid);
	expect_all_served(asker);
	(void)close(asker);
	(void)close(mortal);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    whatever_is_asked_of_it_costs_little_and_passes, start,
		    clean),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP limits of a daemon's helpers need root");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
