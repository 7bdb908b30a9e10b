/* SPDX-License-Identifier: ISC */
/*
 * Requests that wait by lines that their helpers have narrowed to: performed
 * again by a successor, and refused whole where such a line is another.  The
 * state is changed as in test_reexec_changed.c.
 */
#include "common/mem.h"
#include "tests/system/reexec_busy.h"

enum { WAITING = 2 };

/* Each waits by a narrowed line, the first one for longer. */
static void
let_wait(int waiting[WAITING], int full[3])
{
	static const char *const names[WAITING] = { "one", "two" };
	char line[256];

	for (int i = 0; i < WAITING; i++)
		daemon_rig_puppet(&rig, names[i], "",
		    "AllowConnectUnix=%s/files/*\nRequestTimeoutSec=60s");
	install_rig_put(&rig, install_rig_ours());
	daemon_rig_start(&rig);
	make_full_listener(full);
	for (int i = 0; i < WAITING; i++) {
		waiting[i] = daemon_rig_connect(&rig, names[i]);
		(void)snprintf(line, sizeof(line),
		    "AllowConnectUnix=%s/files/full", rig.dir);
		narrow(waiting[i], line);
		(void)snprintf(line, sizeof(line), "connect-unix %s/files/full",
		    rig.dir);
		tell(waiting[i], line);
		assert_int_equal(test_poll(waiting[i], POLLIN, TEST_GLIMPSE),
		    0);
	}
}

static void
stop_waiting(const int waiting[WAITING], const int full[3])
{
	for (int i = 0; i < WAITING; i++)
		(void)close(waiting[i]);
	for (int i = 0; i < 3; i++)
		(void)close(full[i]);
}

static void
requests_that_wait_by_narrowed_lines_go_on(void **state)
{
	int waiting[WAITING], full[3];

	(void)state;
	let_wait(waiting, full);
	expect_reexec();
	for (int i = 0; i < WAITING; i++) {
		char answer[16] = "";

		for (int k = 0; test_poll(waiting[i], POLLIN, 0) == 0; k++) {
			assert_true(k < 8);
			(void)close(accept4(full[0], NULL, NULL, SOCK_CLOEXEC));
			(void)test_poll(waiting[i], POLLIN, 1000);
		}
		/* The number of the socket that it was given. */
		assert_true(
		    recv(waiting[i], answer, sizeof(answer) - 1, 0) > 0);
		assert_true(atoi(answer) > 2);
	}
	/* What it has narrowed to is all that it has, still. */
	assert_string_equal(daemon_rig_say(waiting[0],
				"connect-unix %s/files/other", rig.dir),
	    "-1");
	stop_waiting(waiting, full);
	expect_stop();
}

static void
line_that_is_not_the_request_s_is_refused(void **state)
{
	static const struct state_change changes[] = {
		{ "call", 0, "is_narrowed", 0,
		    "a call was allowed by nothing" },
		/* The first one of each is its conversation's. */
		{ "narrowed", 1, "op", PSD_OP_listen_unix,
		    "a call has another's line" },
		{ "narrowed", 1, "within", 77777,
		    "a call's line does not fit" },
		{ "call", 1, "size", 1, "a call of 1 bytes" },
	};
	int waiting[WAITING], full[3];

	(void)state;
	let_wait(waiting, full);
	install_rig_put(&rig, ourselves);
	for (size_t i = 0; i < PSD_ELEMENTS(changes); i++) {
		const char *text;

		assert_int_equal(state_change_try(&rig, &changes[i], &text), 1);
		if (strstr(text, changes[i].wrong) == NULL ||
		    strstr(text, "goes on as it is") == NULL)
			fail_msg("%s: %s", changes[i].field, text);
	}
	/* Nor has that disturbed whoever waits. */
	for (int i = 0; i < WAITING; i++)
		assert_int_equal(test_poll(waiting[i], POLLIN, 0), 0);
	stop_waiting(waiting, full);
	(void)daemon_rig_stop(&rig);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(requests_that_wait_by_narrowed_lines_go_on),
		CASE(line_that_is_not_the_request_s_is_refused),
	};

	state_change_rehearse(argc, argv);
	assert_non_null(realpath("/proc/self/exe", ourselves));
	return has_root() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
