/* SPDX-License-Identifier: ISC */
/* How frames are sent, and what waiting on either side withstands. */
#include "tests/support/child.h"
#include "tests/unit/frame_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void
count_signal(int number)
{
	(void)number;
	signals++;
}

/* Disturbs the waiting reader until it has seen it, then sends a frame. */
static void *
disturb_then_send(void *reader)
{
	const pthread_t *thread = reader;

	for (int i = 0; i < 20; i++) {
		(void)pthread_kill(*thread, SIGUSR1);
		(void)usleep(2000);
	}
	send_frame(PSD_FRAME_REQUEST, 2, 7, 0, 0);
	return NULL;
}

static void
signal_does_not_end_the_waiting(void **state)
{
	const struct sigaction action = { .sa_handler = count_signal };
	pthread_t self = pthread_self();
	pthread_t other;

	(void)state;
	signals = 0;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	assert_int_equal(pthread_create(&other, NULL, disturb_then_send, &self),
	    0);
	assert_int_equal(psd_frame_recv(ends[1], 1, &frame), PSD_HEARD_FRAME);
	assert_int_equal(frame.id, 7);
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_true(signals > 0);
}

enum { EMPTY_RECORDS = 50000 };

static atomic_bool storm_goes_on;

static void *
storm(void *reader)
{
	const pthread_t *thread = reader;

	while (atomic_load(&storm_goes_on))
		(void)pthread_kill(*thread, SIGUSR1);
	return NULL;
}

/* A look that a signal interrupts must not pass an empty record over. */
static void
signals_do_not_hide_an_empty_record(void **state)
{
	const struct sigaction action = { .sa_handler = count_signal };
	pthread_t self = pthread_self();
	pthread_t other;
	int broken = 0;

	(void)state;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	atomic_store(&storm_goes_on, true);
	assert_int_equal(pthread_create(&other, NULL, storm, &self), 0);
	for (int i = 0; i < EMPTY_RECORDS; i++) {
		send_bytes("", 0);
		broken +=
		    psd_frame_recv(ends[1], 1, &frame) == PSD_HEARD_BROKEN;
	}
	atomic_store(&storm_goes_on, false);
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(broken, EMPTY_RECORDS);
}

/* Sends until there is no room; returns how many frames went. */
static uint32_t
fill(struct psd_frame *full)
{
	uint32_t n = 0;
	int r = 0;

	psd_frame_init(full);
	test_raw_header(full->bytes, PSD_FRAME_REQUEST, 2, 1, 0);
	full->len = PSD_FRAME_MAX;
	memset(full->bytes + PSD_FRAME_HEADER, 0,
	    PSD_FRAME_MAX - PSD_FRAME_HEADER);
	while (n < 100000 && (r = psd_frame_send(ends[0], 0, full)) == 0)
		n++;
	assert_int_equal(r, -EAGAIN);
	return n;
}

static void
full_pair_is_eagain_and_nothing_of_it_is_sent(void **state)
{
	static struct psd_frame full;
	const uint32_t n = fill(&full);

	(void)state;
	assert_true(n > 0);
	for (uint32_t i = 0; i < n; i++) {
		hear(PSD_HEARD_FRAME);
		assert_int_equal(frame.len, PSD_FRAME_MAX);
		psd_frame_clear(&frame);
	}
	hear(PSD_HEARD_NOTHING);
}

struct reader {
	uint32_t frames; /* to be read */
	uint32_t read;
};

static void *
read_later(void *argument)
{
	static struct psd_frame read;
	struct reader *reader = argument;

	(void)usleep(50000);
	psd_frame_init(&read);
	while (reader->read < reader->frames &&
	    psd_frame_recv(ends[1], 1, &read) == PSD_HEARD_FRAME) {
		psd_frame_clear(&read);
		reader->read++;
	}
	return NULL;
}

static void
sender_that_may_wait_waits_for_the_reader(void **state)
{
	static struct psd_frame full;
	struct reader reader = { .frames = fill(&full) + 1 };
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, read_later, &reader), 0);
	assert_int_equal(psd_frame_send(ends[0], 1, &full), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reader.read, reader.frames);
}

static int
send_to_nobody(void *argument)
{
	static struct psd_frame sent;
	int r;

	(void)argument;
	(void)signal(SIGPIPE, SIG_DFL);
	psd_frame_init(&sent);
	test_raw_header(sent.bytes, PSD_FRAME_REQUEST, 2, 1, 0);
	sent.len = PSD_FRAME_HEADER;
	r = psd_frame_send(ends[0], 0, &sent);
	if (r == -EPIPE)
		return 1;
	return r == -ECONNRESET ? 2 : 3;
}

static void
sending_to_nobody_is_an_error_and_no_signal(void **state)
{
	(void)state;
	psd_fd_cleanup(&ends[1]);
	assert_int_equal(test_child_exit_status(
			     test_child_start(send_to_nobody, NULL)),
	    1);

	/* The same when only its reading has ended. */
	assert_int_equal(drop_pair(NULL) + make_pair(NULL), 0);
	assert_int_equal(shutdown(ends[1], SHUT_RD), 0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(send_to_nobody, NULL)),
	    1);

	/* And when our own side had ended. */
	assert_int_equal(drop_pair(NULL) + make_pair(NULL), 0);
	assert_int_equal(shutdown(ends[0], SHUT_WR), 0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(send_to_nobody, NULL)),
	    1);
}

/* Linux raises SIGPIPE for streams only, and others for records as well. */
static void
no_type_of_pair_raises_a_signal(void **state)
{
	(void)state;
	assert_int_equal(drop_pair(NULL), 0);
	assert_int_equal(psd_pair(SOCK_STREAM, ends), 0);
	psd_fd_cleanup(&ends[1]);
	assert_int_equal(test_child_exit_status(
			     test_child_start(send_to_nobody, NULL)),
	    1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PAIR(signal_does_not_end_the_waiting),
		WITH_PAIR(signals_do_not_hide_an_empty_record),
		WITH_PAIR(full_pair_is_eagain_and_nothing_of_it_is_sent),
		WITH_PAIR(sender_that_may_wait_waits_for_the_reader),
		WITH_PAIR(sending_to_nobody_is_an_error_and_no_signal),
		WITH_PAIR(no_type_of_pair_raises_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
