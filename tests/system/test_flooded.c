/* SPDX-License-Identifier: ISC */
/*
 * While helpers ask as fast as they can, and read what they are answered: what
 * the daemon looks at beside requests has its turn all the same.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { FLOODERS = 40 };

static struct daemon_rig rig;
static int flooders[FLOODERS];

static void
write_flooder(void)
{
	const char *dir = getenv("PSD_HELPERS");
	char text[PATH_MAX + 256];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=%s/tests/helpers/flooder\nInstances=%d\n"
	    "ListenStream=%%s/run/flooder.sock\n"
	    "[Policy]\nSystemCallFilter=@helper @loader\nAllowOpen=@runtime\n"
	    "AllowAccept=yes\n",
	    dir != NULL ? dir : getenv("B"), FLOODERS);
	daemon_rig_write(&rig, "policies/flooder.policy", text);
}

static int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	write_flooder();
	daemon_rig_puppet(&rig, "neighbour", "RestartSec=1ms",
	    "SystemCallFilter=clone fork vfork set_robust_list");
	daemon_rig_write(&rig, "policies/echo.policy",
	    "[Helper]\nType=inetd\nExecStart=/bin/cat\n"
	    "ListenStream=%s/run/echo.sock\n"
	    "[Policy]\nSystemCallFilter=@filter @loader\nAllowOpen=@runtime\n");
	daemon_rig_start(&rig);
	for (size_t i = 0; i < FLOODERS; i++)
		flooders[i] = daemon_rig_connect(&rig, "flooder");
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < FLOODERS; i++)
		psd_fd_cleanup(&flooders[i]);
	daemon_rig_clean(&rig);
	return 0;
}

static void
a_helper_that_dies_is_buried_and_replaced(void **state)
{
	char pid[32], ended[64];
	int puppet = daemon_rig_connect(&rig, "neighbour");

	(void)state;
	(void)snprintf(pid, sizeof(pid), "%s", daemon_rig_say(puppet, "pid"));
	assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), SIGKILL), 0);
	(void)snprintf(ended, sizeof(ended), "neighbour[%s]: ended: ", pid);
	assert_true(daemon_rig_logs(&rig, ended));
	psd_fd_cleanup(&puppet);
	puppet = daemon_rig_connect(&rig, "neighbour");
	assert_string_equal(daemon_rig_say(puppet, "ping 1"), "0");
	psd_fd_close(puppet);
}

/* Nobody may have waited for it. */
static bool
is_dead(const char *pid)
{
	char path[64], status[256] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return true;
	if (fgets(status, sizeof(status), file) == NULL)
		status[0] = '\0';
	(void)fclose(file);
	return status[0] == '\0' || strstr(status, ") Z") != NULL;
}

static void
what_a_dead_helper_left_is_killed(void **state)
{
	char orphan[32];
	const int puppet = daemon_rig_connect(&rig, "neighbour");

	(void)state;
	(void)snprintf(orphan, sizeof(orphan), "%s",
	    daemon_rig_say(puppet, "orphan"));
	assert_true(atoi(orphan) > 1);
	for (int ms = 0; !is_dead(orphan); ms += 10) {
		assert_true(ms < TEST_DEADLINE);
		(void)poll(NULL, 0, 10);
	}
	psd_fd_close(puppet);
}

static void
clients_of_a_server_are_served_one_after_the_other(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		int client = daemon_rig_connect(&rig, "echo");
		char word[8] = "";

		assert_int_equal(send(client, "word", 4, MSG_NOSIGNAL), 4);
		assert_int_not_equal(test_poll(client, POLLIN, TEST_DEADLINE),
		    0);
		assert_int_equal(recv(client, word, sizeof(word), 0), 4);
		psd_fd_close(client);
	}
}

static void
the_daemon_answers_and_stops(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", NULL), 0);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_helper_that_dies_is_buried_and_replaced),
		cmocka_unit_test(what_a_dead_helper_left_is_killed),
		cmocka_unit_test(
		    clients_of_a_server_are_served_one_after_the_other),
		cmocka_unit_test(the_daemon_answers_and_stops),
	};

	return cmocka_run_group_tests(tests, prepare, clean);
}
