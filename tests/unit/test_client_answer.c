/* SPDX-License-Identifier: ISC */
/* What the log is told of clients, and what it is spared. */
#include "daemon/client_answer.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "tests/support/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { BURST = 20, MORE = 5, ALICE = 12345, BOB = 12346 };

static char name[] = "www";
static struct psd_policy policy;
static struct psd_loaded loaded = { .policy = &policy };
static struct psd_service service;
static struct test_capture said;
static const struct psd_admission word = {
	.where = { .file = "www.policy", .line = 3 },
	.text = "user:12345",
};

static int
begin(void **state)
{
	(void)state;
	policy = (struct psd_policy){ .log_verdicts = PSD_VERDICTS_ALL };
	service = (struct psd_service){ .name = name, .loaded = &loaded };
	return 0;
}

static int
refuse(void *argument)
{
	psd_client_note_refused(&service, argument, "no line");
	return 0;
}

static int
admit(void *argument)
{
	psd_client_tell_admitted(&service, argument, &word);
	return 0;
}

static unsigned
count(const char *text)
{
	unsigned n = 0;

	for (const char *at = said.err; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

static unsigned
lines(int (*body)(void *argument), uid_t uid, int times)
{
	struct psd_peer who = { .uid = uid };
	unsigned n = 0;

	for (int i = 0; i < times; i++) {
		assert_int_equal(test_capture(body, &who, &said), 0);
		n += count("\n");
	}
	return n;
}

static void
verdicts_that_the_policy_does_not_log_are_counted_alone(void **state)
{
	static const struct {
		enum psd_verdicts log;
		unsigned refused, admitted;
	} rows[] = {
		{ PSD_VERDICTS_NONE, 0, 0 },
		{ PSD_VERDICTS_REFUSED, 1, 0 },
		{ PSD_VERDICTS_ALL, 1, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)begin(state);
		policy.log_verdicts = rows[i].log;
		assert_int_equal(lines(refuse, ALICE, 1), rows[i].refused);
		assert_int_equal(lines(admit, ALICE, 1), rows[i].admitted);
		assert_int_equal(service.clients.refused, 1);
		assert_int_equal(service.clients.admitted, 1);
	}
}

static void
one_user_s_lines_are_limited_and_what_was_left_out_is_told(void **state)
{
	(void)state;
	assert_int_equal(lines(refuse, ALICE, BURST + MORE), BURST);
	assert_int_equal(lines(admit, ALICE, MORE), 0);
	/* That of another's is told all the same. */
	assert_int_equal(lines(refuse, BOB, 1), 1);
	/* Later, with the first line of then. */
	service.clients.lines[0].rate.since_usec = 0;
	service.clients.lines[0].rate.interval_usec = 1;
	assert_int_equal(lines(refuse, ALICE, 1), 2);
	assert_int_equal(count("www: 10 lines about clients of uid 12345 were "
			       "suppressed\n"),
	    1);
	assert_int_equal(lines(refuse, ALICE, 1), 1);
	assert_int_equal(service.clients.refused, BURST + MORE + 3);
}

/* As many users as there are places for; the first makes room. */
static void
users_who_come_and_go_take_no_memory(void **state)
{
	(void)state;
	for (uid_t uid = 1; uid <= PSD_CLIENT_LINES + 1; uid++)
		assert_int_equal(lines(refuse, uid, 1), 1);
	assert_int_equal(service.clients.lines[0].uid, PSD_CLIENT_LINES + 1);
	assert_int_equal(service.clients.lines[1].uid, 2);
}

#define CASE(test) cmocka_unit_test_setup(test, begin)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(verdicts_that_the_policy_does_not_log_are_counted_alone),
		CASE(
		    one_user_s_lines_are_limited_and_what_was_left_out_is_told),
		CASE(users_who_come_and_go_take_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
