/* SPDX-License-Identifier: ISC */
/*
 * A relay that somebody else has taken over: what is no answer ends it and the
 * connections that it had, and the next one serves whoever comes.
 */
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/system/rig_fixture.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int
start(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_write(&rig, "privsepd.conf",
	    "[Daemon]\nRelay=%f\nResolver=%h/resolver\nWatcher=%h/watcher");
	daemon_rig_write(&rig, "policies/echo.policy",
	    "[Helper]\nType=inetd\nExecStart=/bin/cat\n"
	    "ListenStream=%s/run/echo.sock\n"
	    "[Policy]\nSystemCallFilter=@filter @loader shutdown poll\n"
	    "AllowOpen=@runtime\n");
	daemon_rig_start(&rig);
	return 0;
}

/* A client whose relay answers so, until the connection has ended. */
static void
be_served(const char *how)
{
	const int fd = daemon_rig_connect(&rig, "echo");
	char byte;

	assert_int_equal(send(fd, how, 1, MSG_NOSIGNAL), 1);
	assert_true(test_poll(fd, POLLIN, TEST_DEADLINE) != 0);
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	(void)close(fd);
}

/* How often it was dropped for that so far. */
static unsigned
count_drops(const char *why)
{
	static char text[1 << 16];
	char path[4096], drop[128];
	unsigned n = 0;
	FILE *log;

	(void)snprintf(path, sizeof(path), "%s/log", rig.dir);
	(void)snprintf(drop, sizeof(drop), "]: dropped: %s\n", why);
	log = fopen(path, "re");
	assert_non_null(log);
	text[fread(text, 1, sizeof(text) - 1, log)] = '\0';
	(void)fclose(log);
	for (const char *at = text; (at = strstr(at, drop)) != NULL; at++)
		n++;
	return n;
}

static void
answers_that_are_none_end_the_relay_and_the_next_one_serves(void **state)
{
	static const char *const lies[][2] = {
		{ "1", "sent what is no answer" },
		{ "2", "sent a malformed record" },
		{ "3", "sent what is no answer" },
	};

	(void)state;
	be_served("a good answer");
	for (size_t i = 0; i < PSD_ELEMENTS(lies); i++) {
		const char *why = lies[i][1];
		const unsigned before = count_drops(why);

		be_served(lies[i][0]);
		for (int ms = 0; count_drops(why) == before; ms += 10) {
			assert_true(ms < TEST_DEADLINE);
			(void)poll(NULL, 0, 10);
		}
		be_served("a good answer");
		assert_int_equal(count_drops(why), before + 1);
	}
}

/* As of one of which we gave up a moment before. */
static void
answer_of_a_connection_that_is_no_more_is_not_heeded(void **state)
{
	static const char *const whys[] = { "sent what is no answer",
		"sent a malformed record" };
	unsigned before[PSD_ELEMENTS(whys)];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(whys); i++)
		before[i] = count_drops(whys[i]);
	be_served("4");
	be_served("a good answer");
	for (size_t i = 0; i < PSD_ELEMENTS(whys); i++)
		assert_int_equal(count_drops(whys[i]), before[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    answers_that_are_none_end_the_relay_and_the_next_one_serves),
		cmocka_unit_test(
		    answer_of_a_connection_that_is_no_more_is_not_heeded),
	};

	if (geteuid() != 0) {
		print_message("SKIP: needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, start, clean);
}
