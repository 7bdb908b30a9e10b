/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_raw_fixture.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 8, ROUNDS = 400, PLACES = 16, REPLY_LEN = 32, SIZE_AT = 16 };
enum { PATH_LEN = 4000 };

/*
 * A daemon that answers in an order of its own, and looks at the ids.  It runs
 * in a thread, and what it finds is judged when that has ended.
 */
struct daemon {
	int fd;
	int pause_msec; /* before it answers: some requests are given up */
	uint32_t ids[PLACES];
	uint64_t sizes[PLACES];
	size_t n;
	size_t n_requests;
	const char *wrong;
};

/* "/NUMBER": the size that the reply is to tell. */
static void
note_request(struct daemon *d, const unsigned char *record, size_t len)
{
	uint32_t id;

	memcpy(&id, record + 4, sizeof(id));
	if (record[2] != PSD_OP_stat || len < PSD_FRAME_HEADER + 4) {
		d->wrong = "another request";
		return;
	}
	for (size_t i = 0; i < d->n; i++)
		if (d->ids[i] == id)
			d->wrong = "an id that is under way";
	if (d->n == PLACES) {
		d->wrong = "more than may be under way";
		return;
	}
	d->ids[d->n] = id;
	d->sizes[d->n++] =
	    strtoull((const char *)record + PSD_FRAME_HEADER + 3, NULL, 10);
	d->n_requests++;
}

/*
 * Takes what is there, and waits for one if nobody waits for an answer; false
 * at the end of the conversation.
 */
static bool
take_requests(struct daemon *d)
{
	unsigned char record[PSD_FRAME_MAX];
	ssize_t n;

	n = recv(d->fd, record, sizeof(record), d->n > 0 ? MSG_DONTWAIT : 0);
	while (n > 0) {
		note_request(d, record, (size_t)n);
		n = recv(d->fd, record, sizeof(record), MSG_DONTWAIT);
	}
	return n < 0 && errno == EAGAIN;
}

static void
answer(struct daemon *d, size_t i)
{
	unsigned char record[PSD_FRAME_HEADER + REPLY_LEN] = { 0 };

	test_raw_header(record, PSD_FRAME_REPLY, PSD_OP_stat, d->ids[i], 0);
	memcpy(record + PSD_FRAME_HEADER + SIZE_AT, &d->sizes[i],
	    sizeof(d->sizes[i]));
	d->ids[i] = d->ids[d->n - 1];
	d->sizes[i] = d->sizes[--d->n];
	(void)send(d->fd, record, sizeof(record), MSG_NOSIGNAL);
}

static void *
serve(void *argument)
{
	struct daemon *d = argument;
	unsigned int order = 1;

	while (take_requests(d)) {
		if (d->pause_msec > 0)
			(void)poll(NULL, 0, d->pause_msec);
		/* Not all at once: some wait while others are asked. */
		for (size_t half = d->n / 2; d->n > half;)
			answer(d, (order = order * 5 + 3) % d->n);
		(void)sched_yield();
	}
	return NULL;
}

struct worker {
	pthread_t thread;
	struct privsep *conversation;
	int number;
	int digits; /* of its paths, zeros before the number */
	int n_late;
	const char *wrong;
};

static void *
work(void *argument)
{
	struct worker *w = argument;

	for (int round = 0; round < ROUNDS && w->wrong == NULL; round++) {
		const int size = w->number * ROUNDS + round;
		struct privsep_stat told;
		char path[PATH_LEN + 1];
		int r;

		(void)snprintf(path, sizeof(path), "/%0*d", w->digits, size);
		r = privsep_stat(w->conversation, path, &told);
		if (r == -ETIMEDOUT)
			w->n_late++;
		else if (r < 0)
			w->wrong = "a failure";
		else if (told.size != (uint64_t)size)
			w->wrong = "another's answer";
	}
	return NULL;
}

/* Returns how many requests were given up. */
static int
run(struct talk *t, struct daemon *d, int digits)
{
	struct worker workers[THREADS];
	pthread_t daemon;
	int n_late = 0;

	d->fd = t->daemon;
	assert_int_equal(pthread_create(&daemon, NULL, serve, d), 0);
	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){
			.conversation = t->conversation,
			.number = i,
			.digits = digits,
		};
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work,
				     &workers[i]),
		    0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		if (workers[i].wrong != NULL)
			fail_msg("thread %d: %s", i, workers[i].wrong);
		n_late += workers[i].n_late;
	}
	privsep_free(t->conversation);
	t->conversation = NULL;
	assert_int_equal(pthread_join(daemon, NULL), 0);
	if (d->wrong != NULL)
		fail_msg("daemon: %s", d->wrong);
	return n_late;
}

static void
begin_asking(struct talk *t)
{
	char hello[PSD_FRAME_MAX];

	begin(t);
	assert_true(recv(t->daemon, hello, sizeof(hello), 0) > 0);
}

static void
each_request_has_an_id_of_its_own_and_one_answer(void **state)
{
	struct daemon d = { 0 };
	struct talk t;

	(void)state;
	begin_asking(&t);
	assert_int_equal(run(&t, &d, 1), 0);
	assert_int_equal(d.n_requests, THREADS * ROUNDS);
	finish(&t);
}

/* Whatever is late: nobody gets what another asked for. */
static void
requests_that_are_given_up_confuse_nobody(void **state)
{
	struct daemon d = { .pause_msec = 1 };
	struct talk t;
	int n_late;

	(void)state;
	begin_asking(&t);
	privsep_set_timeout(t.conversation, 1500);
	n_late = run(&t, &d, 1);
	print_message("# %d of %d were given up\n", n_late, THREADS * ROUNDS);
	finish(&t);
}

/* Requests wait for room, with and without others who receive. */
static void
a_full_socket_delays_requests_and_loses_none(void **state)
{
	struct daemon d = { 0 };
	const int least = 1;
	struct talk t;

	(void)state;
	begin_asking(&t);
	assert_int_equal(setsockopt(privsep_fd(t.conversation), SOL_SOCKET,
			     SO_SNDBUF, &least, sizeof(least)),
	    0);
	assert_int_equal(run(&t, &d, PATH_LEN - 1), 0);
	assert_int_equal(d.n_requests, THREADS * ROUNDS);
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_request_has_an_id_of_its_own_and_one_answer),
		cmocka_unit_test(requests_that_are_given_up_confuse_nobody),
		cmocka_unit_test(a_full_socket_delays_requests_and_loses_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
