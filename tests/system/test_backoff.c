/* SPDX-License-Identifier: ISC */
/* A daemon without a descriptor left accepts nobody, and later everybody. */
#include "tests/support/child.h"
#include "tests/support/door_rig.h"
#include "tests/support/fds.h"
#include "tests/support/guests.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { FDS_MAX = 512 };

static struct daemon_rig rig;

static int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "one", "Instances=1", "");
	daemon_rig_puppet(&rig, "svc", "Instances=1\nClients=user:0", "");
	guests_write_echo(&rig, "");
	daemon_rig_start(&rig);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

/* The number that the daemon's next descriptor would have. */
static rlim_t
next_number(void)
{
	struct test_fd list[FDS_MAX];
	const ssize_t n = test_fds_list(rig.pid, list, FDS_MAX);
	int number = 0;

	assert_true(n > 0 && n < FDS_MAX);
	for (ssize_t i = 0; i < n; i++) {
		if (list[i].number != number)
			continue;
		number++;
		i = -1;
	}
	return (rlim_t)number;
}

static void
expect_echo(int fd)
{
	char text[8] = "";

	assert_int_equal(send(fd, "word", 4, MSG_NOSIGNAL), 4);
	assert_true(test_poll(fd, POLLIN, TEST_DEADLINE) != 0);
	assert_int_equal(recv(fd, text, sizeof(text), 0), 4);
	assert_string_equal(text, "word");
}

static void
clients_wait_until_there_are_descriptors_again(void **state)
{
	static const char *const services[] = { "one", "svc", "echo" };
	struct rlimit limit, none;
	int one, svc, echo;

	(void)state;
	assert_int_equal(prlimit(rig.pid, RLIMIT_NOFILE, NULL, &limit), 0);
	none = limit;
	none.rlim_cur = next_number();
	assert_int_equal(prlimit(rig.pid, RLIMIT_NOFILE, &none, NULL), 0);
	one = daemon_rig_connect(&rig, "one");
	svc = door_connect(&rig, "svc");
	echo = daemon_rig_connect(&rig, "echo");
	for (int i = 0; i < 3; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line),
		    "%s: cannot accept a client: Too many open files",
		    services[i]);
		assert_true(daemon_rig_logs(&rig, line));
	}
	assert_int_equal(test_poll(one, POLLIN, 0), 0);
	assert_int_equal(prlimit(rig.pid, RLIMIT_NOFILE, &limit, NULL), 0);
	assert_string_equal(daemon_rig_say(one, "ping 1"), "0");
	assert_int_equal(door_say(svc, "ping 1", NULL, 0), 0);
	expect_echo(echo);
	(void)close(one);
	(void)close(svc);
	(void)close(echo);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    clients_wait_until_there_are_descriptors_again, prepare,
		    clean),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP limits of a daemon's helpers need root");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
