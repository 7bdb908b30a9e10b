/* SPDX-License-Identifier: ISC */
/* Descriptors that take long to close. */
#include "daemon/dispose.h"
#include "daemon/ending.h"
#include "tests/op/sent_fixture.h"
#include "tests/support/child.h"
#include "tests/support/linger.h"

#include "common/codec.h"

#include <sched.h>

enum { LONG = 300, DEADLINE = 60, HOG_MSEC = 200 };

static struct path_rig rig;
static double began;

static int
begin(void **state)
{
	(void)state;
	began = test_linger_now();
	path_rig_start(&rig, "AllowChangeMode=0640 %s/**");
	psd_dispose_init(rig.op.daemon.event);
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
	assert_true(op_rig_is_broken(&rig.op));
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
	assert_true(op_rig_is_broken(&rig.op));
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
	assert_true(psd_dispose_was_slow());
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
		if (!op_rig_is_silent(&rig.op))
			assert_int_equal(op_rig_take(&rig.op,
					     PSD_OP_change_mode, 1, &rep),
			    -ESTALE);
		assert_int_equal(op_rig_ask(&rig.op, PSD_OP_ping, &ping, &rep),
		    0);
	}
}

/* On this processor only, and before all others of a lower rank. */
static int
take_processor(int cpu, int rank)
{
	const struct sched_param param = { .sched_priority = rank };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		return -errno;
	return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) <
		0
	    ? -errno
	    : 0;
}

struct hog {
	int cpu, ready;
};

static int
take_all(void *argument)
{
	const struct hog *hog = argument;
	const int r = take_processor(hog->cpu, 1);
	const double end = test_linger_now() + HOG_MSEC / 1000.0;

	if (write(hog->ready, &r, sizeof(r)) != sizeof(r))
		return 1;
	while (r == 0 && test_linger_now() < end)
		continue;
	return 0;
}

/* The child has our processor, which the hog takes from it and not from us. */
static int
dispose_beside_a_hog(void *argument)
{
	struct hog hog = { .cpu = sched_getcpu() };
	int ready[2], ends[2], r = 0;
	pid_t pid;

	(void)argument;
	psd_dispose_init(rig.op.daemon.event);
	if (pipe(ready) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return 1;
	hog.ready = ready[1];
	if (take_processor(hog.cpu, 2) < 0)
		return 77;
	pid = test_child_start(take_all, &hog);
	if (pid < 0 || read(ready[0], &r, sizeof(r)) != sizeof(r))
		return 1;
	psd_dispose(ends, 2);
	test_child_kill(pid);
	if (r < 0)
		return 77;
	return psd_dispose_was_slow() || fcntl(ends[0], F_GETFD) >= 0 ||
	    fcntl(ends[1], F_GETFD) >= 0;
}

static void
a_child_that_gets_no_processor_is_not_taken_for_slow(void **state)
{
	const pid_t pid = test_child_start(dispose_beside_a_hog, NULL);
	const int status = test_child_exit_status(pid);

	(void)state;
	if (status == 77) {
		print_message("SKIP: no real-time scheduling here\n");
		skip();
	}
	assert_int_equal(status, 0);
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
		TEST(a_child_that_gets_no_processor_is_not_taken_for_slow),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
