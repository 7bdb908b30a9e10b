/* SPDX-License-Identifier: ISC */
/* Sides that say nothing, or do not listen. */
#include "tests/unit/service_fixture.h"

enum { SHORT = 200000 };

/* Says hello and is silent from then on, until it is killed. */
static int
be_silent(int end)
{
	struct privsep *client;

	TEST_EXPECT(privsep_from_client(&client, end) == 0);
	for (;;)
		(void)pause();
	return 0;
}

static void
who_is_not_answered_waits_no_longer_than_he_said(void **state)
{
	const struct privsep_message call = { .bytes = "four", .len = 4 };
	struct privsep_buffer reply = { .size = 0 };
	struct privsep *client;
	int end;
	const pid_t pid = start_side(be_silent, &end);

	(void)state;
	assert_int_equal(psd_client_begin(&client, end, "silent"), 0);
	privsep_set_timeout(client, SHORT);
	assert_int_equal(privsep_call(client, &call, &reply), -ETIMEDOUT);
	test_child_kill(pid);
	assert_int_equal(privsep_call(client, &call, &reply), -EPIPE);
	privsep_free(client);
}

/* Asks for the longest answers and reads none. */
static int
read_nothing(int end)
{
	static unsigned char body[4 + PSD_BYTES_MAX + 4];
	const unsigned char hello[8] = { 1, 0, 0, 0, 1 };
	uint32_t id = 2;

	body[0] = PSD_BYTES_MAX & 0xff;
	body[1] = PSD_BYTES_MAX >> 8;
	TEST_EXPECT(say(end, PSD_FRAME_REQUEST, PSD_OP_svc_hello, 1, 0, hello,
			sizeof(hello)) == 0);
	TEST_EXPECT(hear(end) == 0);
	while (say(end, PSD_FRAME_REQUEST, PSD_OP_svc_call, id++, 0, body,
		   sizeof(body)) == 0)
		;
	for (;;)
		(void)pause();
	return 0;
}

static void
a_client_that_reads_no_answers_is_given_up(void **state)
{
	static unsigned char room[PRIVSEP_MESSAGE_MAX];
	const struct privsep_message message = { .bytes = room,
		.len = sizeof(room) };
	struct privsep *client;
	int end, r = 0;
	const pid_t pid = start_side(read_nothing, &end);

	(void)state;
	assert_int_equal(privsep_from_client(&client, end), 0);
	privsep_set_timeout(client, SHORT);
	while (r == 0) {
		struct privsep_buffer call = { .bytes = room,
			.size = sizeof(room) };

		assert_int_equal(privsep_receive(client, &call), 0);
		r = privsep_answer(client, 0, &message);
	}
	assert_int_equal(r, -ETIMEDOUT);
	assert_int_equal(privsep_answer(client, 0, &message), -EPROTO);
	privsep_free(client);
	test_child_kill(pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    who_is_not_answered_waits_no_longer_than_he_said),
		cmocka_unit_test(a_client_that_reads_no_answers_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
