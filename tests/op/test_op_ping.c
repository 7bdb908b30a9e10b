/* SPDX-License-Identifier: ISC */
#include "tests/op/clone_fixture.h"

/* As many frames as the daemon reads in a turn. */
enum { BURST = 16 };

static struct psd_frame frame;

static void
the_cookie_comes_back_as_it_was(void **state)
{
	static const uint64_t cookies[] = { 0, 1, UINT64_C(1) << 63,
		UINT64_MAX };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
		struct psd_ping_req req = { .cookie = cookies[i] };
		struct psd_ping_rep rep;

		assert_int_equal(op_rig_ask(&rig, PSD_OP_ping, &req, &rep), 0);
		assert_int_equal(rep.cookie, cookies[i]);
	}
	op_rig_stop(&rig);
}

static void
a_hundred_pings_in_flight_are_answered_in_order(void **state)
{
	uint32_t ids[100];
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	for (uint32_t i = 0; i < 100; i++) {
		struct psd_ping_req req = { .cookie = i };

		ids[i] = op_rig_send(&rig, PSD_OP_ping, &req);
	}
	for (uint32_t i = 0; i < 100; i++) {
		struct psd_ping_rep rep;

		assert_int_equal(op_rig_take(&rig, PSD_OP_ping, ids[i], &rep),
		    0);
		assert_int_equal(rep.cookie, i);
	}
	op_rig_stop(&rig);
}

static void
send_at_once(struct op_rig *rig, int fd, unsigned n_pings)
{
	for (unsigned i = 0; i < n_pings; i++) {
		struct psd_ping_req req = { .cookie = i };

		psd_frame_init(&frame);
		assert_int_equal(psd_encode_request(&frame,
				     psd_op_find(PSD_OP_ping), ++rig->next_id,
				     &req),
		    0);
		assert_int_equal(psd_frame_send(fd, 0, &frame), 0);
	}
}

static unsigned
count_answers(int fd)
{
	unsigned n = 0;

	while (psd_frame_recv(fd, 0, &frame) == PSD_HEARD_FRAME)
		n++;
	return n;
}

static void
run_turns(struct op_rig *rig, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_true(sd_event_run(rig->daemon.event, 0) >= 0);
}

/* Turns of the loop until this many, sent at once, are answered. */
static unsigned
turns_for(struct op_rig *rig, unsigned n_pings)
{
	unsigned answered = 0, turns = 0;

	send_at_once(rig, rig->helper, n_pings);
	for (; answered < n_pings && turns <= n_pings; turns++) {
		run_turns(rig, 1);
		answered += count_answers(rig->helper);
	}
	assert_int_equal(answered, n_pings);
	return turns;
}

/* That they come so is learnt now and then, and from no more than a few. */
static void
teach_bursts(struct op_rig *rig)
{
	for (int i = 0; i < 8; i++)
		(void)turns_for(rig, BURST);
}

static void
requests_that_come_in_bursts_share_a_turn(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	teach_bursts(&rig);
	/* More than one, and then two, where the machine is busy. */
	assert_in_range(turns_for(&rig, BURST), 1, BURST / 4);
	assert_in_range(turns_for(&rig, BURST + 1), 2, BURST / 4);
	op_rig_stop(&rig);
}

static void
where_others_ask_each_has_one_request_a_turn(void **state)
{
	enum { TURNS = 6 };
	struct op_rig rig;
	unsigned n;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes");
	fd = clone_greeted(&rig);
	teach_bursts(&rig);
	send_at_once(&rig, rig.helper, BURST);
	send_at_once(&rig, fd, BURST);
	/* In its first turn it does not know of the other. */
	run_turns(&rig, 2);
	(void)count_answers(rig.helper);
	(void)count_answers(fd);
	run_turns(&rig, TURNS);
	n = count_answers(rig.helper);
	assert_int_equal(n + count_answers(fd), TURNS);
	assert_in_range(n, TURNS / 2 - 1, TURNS / 2 + 1);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
a_malformed_ping_ends_the_conversation(void **state)
{
	struct psd_ping_req req = { .cookie = 7 };

	(void)state;
	op_rig_check_malformed("", PSD_OP_ping, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cookie_comes_back_as_it_was),
		cmocka_unit_test(
		    a_hundred_pings_in_flight_are_answered_in_order),
		cmocka_unit_test(requests_that_come_in_bursts_share_a_turn),
		cmocka_unit_test(where_others_ask_each_has_one_request_a_turn),
		cmocka_unit_test(a_malformed_ping_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
