/* SPDX-License-Identifier: ISC */
/* Descriptors that take long to close. */
#include "daemon/dispose.h"
#include "daemon/ending.h"
#include "tests/op/sent_fixture.h"
#include "tests/support/capture.h"
#include "tests/support/child.h"
#include "tests/support/linger.h"

#include "common/codec.h"
#include "common/log.h"

#include <poll.h>

enum { LONG = 300, LONG_TURN = 30, DEADLINE = 60 };

static struct path_rig rig;
static double began;

static int
begin(void **state)
{
	(void)state;
	began = test_linger_now();
	path_rig_start(&rig, "AllowChangeMode=0640 %s/**");
	assert_int_equal(psd_dispose_init(rig.op.daemon.event), 0);
	rig.op.instance->first.conv.drop = psd_dispose;
	return 0;
}

/* Nothing waited for what was sent, and nothing of it stays. */
static int
finish(void **state)
{
	(void)state;
	path_rig_stop(&rig);
	psd_dispose_stop();
	assert_true(test_linger_now() - began < DEADLINE);
	return 0;
}

/* Turns of the loop, which never waits for long. */
static void
turn(void)
{
	double began_turn = test_linger_now();

	op_rig_turn(&rig.op);
	assert_true(test_linger_now() - began_turn < LONG_TURN);
	(void)poll(NULL, 0, 1);
}

static int
wait_until_broken(void *argument)
{
	const double end = test_linger_now() + DEADLINE;

	(void)argument;
	while (!rig.op.instance->is_broken && test_linger_now() < end)
		turn();
	return rig.op.instance->is_broken;
}

static void
expect_drop(const char *why)
{
	struct test_capture said;
	int is_broken;

	psd_log_set_level(LOG_WARNING);
	is_broken = test_capture(wait_until_broken, NULL, &said);
	psd_log_set_level(LOG_CRIT);
	assert_int_equal(is_broken, true);
	assert_non_null(strstr(said.err, why));
}

/* Until all that was sent is closed, or takes long. */
static void
settle(void)
{
	while (psd_dispose_is_busy(rig.op.instance))
		turn();
	turn();
}

static void
send_along(const int *fds, size_t n)
{
	static struct psd_frame frame;
	struct psd_change_mode_req req = {
		.mode = 0640,
		.path = op_rig_path(&rig.op, "file"),
		.file = open_name(&rig, "file", O_RDWR),
	};

	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame,
			     psd_op_find(PSD_OP_change_mode), 1, &req),
	    0);
	assert_int_equal(test_raw_send(rig.op.helper, frame.bytes, frame.len,
			     fds, n),
	    frame.len);
	psd_frame_clear(&frame);
}

static void
one_that_lingers_is_refused_and_whoever_sent_it_dropped(void **state)
{
	int peer;
	const int fd = test_linger(LONG, &peer);

	(void)state;
	send_along(&fd, 1);
	psd_fd_close(fd);
	expect_drop("]: dropped: sent a descriptor that does not close\n");
	psd_fd_close(peer);
}

static void
too_many_that_linger_are_dropped_together(void **state)
{
	int fds[TEST_RAW_FDS], peers[8];

	(void)state;
	for (size_t i = 0; i < TEST_RAW_FDS; i++)
		fds[i] = i < 8 ? test_linger(LONG, &peers[i]) : fds[0];
	send_along(fds, TEST_RAW_FDS);
	for (size_t i = 0; i < 8; i++)
		psd_fd_close(fds[i]);
	expect_drop("]: dropped: sent a malformed record\n");
	for (size_t i = 0; i < 8; i++)
		psd_fd_close(peers[i]);
}

/* On their way to a conversation that is over. */
static void
what_was_not_read_lingers_elsewhere(void **state)
{
	int peers[8];

	(void)state;
	rig.op.instance->first.pair_source =
	    sd_event_source_disable_unref(rig.op.instance->first.pair_source);
	for (size_t i = 0; i < 8; i++) {
		const int fd = test_linger(LONG, &peers[i]);

		send_along(&fd, 1);
		psd_fd_close(fd);
	}
	psd_conv_close(&rig.op.instance->first.conv);
	while (psd_dispose_count_slow() == 0)
		turn();
	for (size_t i = 0; i < 8; i++)
		psd_fd_close(peers[i]);
}

static void
what_closes_at_once_costs_nobody_his_conversation(void **state)
{
	struct psd_ping_req ping = { .cookie = 7 };
	struct psd_ping_rep rep;
	int ends[2];

	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC,
				     0, ends),
		    0);
		send_along(ends, 1);
		psd_fd_close(ends[0]);
		psd_fd_close(ends[1]);
		settle();
		if (!op_rig_is_silent(&rig.op))
			assert_int_equal(op_rig_take(&rig.op,
					     PSD_OP_change_mode, 1, &rep),
			    -ESTALE);
		settle();
		(void)poll(NULL, 0, 10);
		assert_int_equal(op_rig_ask(&rig.op, PSD_OP_ping, &ping, &rep),
		    0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
		TEST(one_that_lingers_is_refused_and_whoever_sent_it_dropped),
		TEST(too_many_that_linger_are_dropped_together),
		TEST(what_was_not_read_lingers_elsewhere),
		TEST(what_closes_at_once_costs_nobody_his_conversation),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
