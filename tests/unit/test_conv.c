/* SPDX-License-Identifier: ISC */
/* The states of a conversation, and that its end is heard. */
#include "common/conv.h"

#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct psd_conv here, there;
static struct psd_frame frame;
static size_t fds_before;

static int
begin(void **state)
{
	int ends[2];

	(void)state;
	fds_before = test_fds_count();
	psd_frame_init(&frame);
	if (psd_pair(SOCK_SEQPACKET, ends) < 0)
		return -1;
	psd_conv_init(&here, ends[0]);
	psd_conv_init(&there, ends[1]);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	psd_frame_clear(&frame);
	psd_conv_close(&here);
	psd_conv_close(&there);
	return test_fds_count() == fds_before ? 0 : -1;
}

static int
say(struct psd_conv *conv, uint32_t id)
{
	static struct psd_frame sent;

	psd_frame_init(&sent);
	psd_encode_status(&sent, PSD_OP_ping, id, 0);
	return psd_conv_send(conv, 0, &sent);
}

static void
hear_id(struct psd_conv *conv, uint32_t id)
{
	assert_int_equal(psd_conv_recv(conv, 0, &frame), PSD_HEARD_FRAME);
	assert_int_equal(frame.id, id);
	psd_frame_clear(&frame);
}

static void
hear(struct psd_conv *conv, enum psd_heard expected)
{
	assert_int_equal(psd_conv_recv(conv, 0, &frame), expected);
	psd_frame_clear(&frame);
}

static void
open_conversation_goes_both_ways(void **state)
{
	(void)state;
	assert_int_equal(here.state, PSD_CONV_OPEN);
	assert_int_equal(say(&here, 1), 0);
	assert_int_equal(say(&there, 2), 0);
	hear_id(&there, 1);
	hear_id(&here, 2);
	hear(&here, PSD_HEARD_NOTHING);
	assert_int_equal(here.state, PSD_CONV_OPEN);
	assert_int_equal(there.state, PSD_CONV_OPEN);
}

static void
side_that_ended_still_hears(void **state)
{
	(void)state;
	assert_int_equal(say(&here, 1), 0);
	assert_int_equal(psd_conv_end(&here), 0);
	assert_int_equal(here.state, PSD_CONV_LOCAL_ENDED);
	hear_id(&there, 1);
	hear(&there, PSD_HEARD_END);
	assert_int_equal(there.state, PSD_CONV_REMOTE_ENDED);
	assert_int_equal(say(&there, 2), 0);
	hear_id(&here, 2);
	hear(&here, PSD_HEARD_NOTHING);
	assert_int_equal(psd_conv_end(&there), 0);
	assert_int_equal(there.state, PSD_CONV_CLOSED);
	hear(&here, PSD_HEARD_END);
	assert_int_equal(here.state, PSD_CONV_CLOSED);
}

static void
end_said_twice_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(psd_conv_end(&here), 0);
	assert_int_equal(psd_conv_end(&here), 0);
	assert_int_equal(here.state, PSD_CONV_LOCAL_ENDED);
	assert_int_equal(psd_conv_end(&there), 0);
	hear(&there, PSD_HEARD_END);
	assert_int_equal(there.state, PSD_CONV_CLOSED);
	assert_int_equal(psd_conv_end(&there), 0);
	assert_int_equal(there.state, PSD_CONV_CLOSED);
}

/* Nothing is sent even where the kernel would take it. */
static void
nothing_is_sent_after_the_end(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(psd_conv_end(&here), 0);
	fd = psd_fd_take(&here.fd); /* a system call would now be EBADF */
	assert_int_equal(say(&here, 1), -EPIPE);
	here.fd = fd;
	psd_conv_close(&here);
	assert_int_equal(say(&here, 1), -EPIPE);
}

static void
end_is_heard_again_without_looking(void **state)
{
	int fd;

	(void)state;
	psd_conv_close(&here);
	hear(&there, PSD_HEARD_END);
	assert_int_equal(there.state, PSD_CONV_REMOTE_ENDED);
	fd = psd_fd_take(&there.fd);
	hear(&there, PSD_HEARD_END);
	there.fd = fd;
}

static void
crossing_ends_close_both_sides(void **state)
{
	(void)state;
	assert_int_equal(say(&here, 1), 0);
	assert_int_equal(say(&there, 2), 0);
	assert_int_equal(psd_conv_end(&here), 0);
	assert_int_equal(psd_conv_end(&there), 0);
	hear_id(&here, 2);
	hear_id(&there, 1);
	hear(&here, PSD_HEARD_END);
	hear(&there, PSD_HEARD_END);
	assert_int_equal(here.state, PSD_CONV_CLOSED);
	assert_int_equal(there.state, PSD_CONV_CLOSED);
}

static void
end_to_a_side_that_is_gone_is_no_failure(void **state)
{
	(void)state;
	assert_int_equal(say(&here, 1), 0);
	psd_conv_close(&there);
	assert_int_equal(psd_conv_end(&here), 0);
	hear(&here, PSD_HEARD_END);
	assert_int_equal(here.state, PSD_CONV_CLOSED);
}

static void
broken_record_leaves_the_state_to_its_judge(void **state)
{
	(void)state;
	assert_int_equal(send(here.fd, "short", 5, MSG_NOSIGNAL), 5);
	hear(&there, PSD_HEARD_BROKEN);
	assert_int_equal(there.state, PSD_CONV_OPEN);
	assert_int_equal(say(&here, 3), 0);
	hear_id(&there, 3);
}

/* Whoever else holds a copy of our end: the other side hears it at once. */
static void
closing_ends_both_directions_in_spite_of_copies(void **state)
{
	const int copy = fcntl(here.fd, F_DUPFD_CLOEXEC, 0);

	(void)state;
	assert_int_equal(say(&here, 1), 0);
	psd_conv_close(&here);
	assert_int_equal(here.fd, PSD_NO_FD);
	assert_int_equal(here.state, PSD_CONV_CLOSED);
	hear_id(&there, 1);
	hear(&there, PSD_HEARD_END);
	assert_int_equal(say(&there, 2), -EPIPE);
	assert_int_equal(send(copy, "x", 1, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	psd_fd_close(copy);
	psd_conv_close(&here);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PAIR(open_conversation_goes_both_ways),
		WITH_PAIR(side_that_ended_still_hears),
		WITH_PAIR(end_said_twice_changes_nothing),
		WITH_PAIR(nothing_is_sent_after_the_end),
		WITH_PAIR(end_is_heard_again_without_looking),
		WITH_PAIR(crossing_ends_close_both_sides),
		WITH_PAIR(end_to_a_side_that_is_gone_is_no_failure),
		WITH_PAIR(broken_record_leaves_the_state_to_its_judge),
		WITH_PAIR(closing_ends_both_directions_in_spite_of_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
