/* SPDX-License-Identifier: ISC */
/* Replies that are waited for without room for descriptors. */
#include "tests/unit/privsep_raw_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static void
a_descriptor_that_belongs_to_no_reply_does_not_stay(void **state)
{
	const int fd = STDIN_FILENO;
	struct talk t;

	(void)state;
	begin(&t);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_ping, FIRST_ID, 0,
	    "privsep", 8, &fd, 1);
	assert_int_equal(privsep_ping(t.conversation), 0);
	finish(&t);
}

/* The result of a thread's request: cmocka's checks are for one thread. */
struct asking {
	struct privsep *conversation;
	pthread_t thread;
	int result;
};

static void *
ask_for_ping(void *argument)
{
	struct asking *asking = argument;

	asking->result = privsep_ping(asking->conversation);
	return NULL;
}

static void *
ask_for_file(void *argument)
{
	struct asking *asking = argument;

	asking->result = privsep_open(asking->conversation, "/x", O_RDONLY, 0);
	return NULL;
}

/* Returns when the daemon has its request. */
static void
ask(const struct talk *t, struct asking *asking, void *(*body)(void *))
{
	static struct psd_frame frame;

	asking->conversation = t->conversation;
	assert_int_equal(pthread_create(&asking->thread, NULL, body, asking),
	    0);
	assert_int_equal(psd_frame_recv(t->daemon, 1, &frame), PSD_HEARD_FRAME);
}

static void
a_descriptor_comes_while_another_thread_waits_for_none(void **state)
{
	const int fd = STDIN_FILENO;
	struct asking ping, file;
	struct talk t;

	(void)state;
	begin(&t);
	/* Hello's, which was never read. */
	assert_true(recv(t.daemon, &(char){ 0 }, 1, 0) > 0);
	ask(&t, &ping, ask_for_ping);
	ask(&t, &file, ask_for_file);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_open, FIRST_ID + 1, 0,
	    NULL, 0, &fd, 1);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_ping, FIRST_ID, 0,
	    "privsep", 8, NULL, 0);
	assert_int_equal(pthread_join(ping.thread, NULL), 0);
	assert_int_equal(pthread_join(file.thread, NULL), 0);
	assert_int_equal(ping.result, 0);
	assert_true(file.result >= 0);
	psd_fd_close(file.result);
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_descriptor_that_belongs_to_no_reply_does_not_stay),
		cmocka_unit_test(
		    a_descriptor_comes_while_another_thread_waits_for_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
