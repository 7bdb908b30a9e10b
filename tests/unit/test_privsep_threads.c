/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/pair.h"
#include "helper/privsep.h"
#include "tests/support/child.h"
#include "tests/support/fake_daemon.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { THREADS = 24, ROUNDS = 25 };

struct talk {
	struct privsep *conversation;
	pid_t daemon;
	int stop[2];
	int listener;
	struct sockaddr_un address;
	socklen_t address_len;
};

struct both {
	struct fake_daemon daemon;
	int helper_end;
};

static int
serve(void *argument)
{
	struct both *b = argument;

	psd_fd_close(b->helper_end);
	return fake_daemon_serve(&b->daemon);
}

static void
begin(struct talk *t)
{
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	struct both b;
	int ends[2];

	assert_int_equal(pipe2(t->stop, O_CLOEXEC), 0);
	t->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	t->address_len = sizeof(t->address);
	assert_int_equal(bind(t->listener, (const struct sockaddr *)&any,
			     sizeof(any.sun_family)),
	    0);
	assert_int_equal(listen(t->listener, 64), 0);
	assert_int_equal(getsockname(t->listener,
			     (struct sockaddr *)&t->address, &t->address_len),
	    0);
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	b.daemon = (struct fake_daemon){ ends[1], t->listener, t->stop[0] };
	b.helper_end = ends[0];
	t->daemon = test_child_start(serve, &b);
	assert_true(t->daemon > 0);
	psd_fd_close(ends[1]);
	assert_int_equal(privsep_from_fd(&t->conversation, ends[0]), 0);
}

static void
finish(struct talk *t)
{
	assert_int_equal(privsep_end(t->conversation), 0);
	assert_int_equal(test_child_exit_status(t->daemon), 0);
	psd_fd_close(t->listener);
	psd_fd_close(t->stop[0]);
	psd_fd_close(t->stop[1]);
}

/* A thread, and what it found wrong: cmocka's checks are for one thread. */
struct worker {
	pthread_t thread;
	struct privsep *conversation;
	unsigned int number;
	const char *wrong;
	int error;
};

static int
is_null(void *cookie, const char *name, unsigned char type)
{
	(void)cookie;
	(void)type;
	return strcmp(name, "null") == 0;
}

/* Every kind of reply: a descriptor, fields, bytes, a refusal. */
static const char *
round_of(struct privsep *c, int *ret_error)
{
	struct privsep_stat status;
	int r;

	r = privsep_open(c, "/dev/null", O_RDONLY, 0);
	*ret_error = r;
	if (r < 0)
		return "open";
	(void)close(r);
	r = privsep_stat(c, "/dev/null", &status);
	*ret_error = r;
	if (r < 0 || !S_ISCHR(status.mode))
		return "stat";
	r = privsep_open(c, "/.hidden", O_RDONLY, 0);
	*ret_error = r;
	if (r != -EPERM)
		return "refusal";
	r = privsep_read_directory(c, "/dev", is_null, NULL);
	*ret_error = r;
	if (r != 1)
		return "read_directory";
	return privsep_ping(c) == 0 ? NULL : "ping";
}

static void *
work(void *argument)
{
	struct worker *w = argument;

	for (int i = 0; i < ROUNDS && w->wrong == NULL; i++)
		w->wrong = round_of(w->conversation, &w->error);
	return NULL;
}

static void *
take_one(void *argument)
{
	struct worker *w = argument;
	const int fd = privsep_accept(w->conversation, NULL);

	w->error = fd;
	if (fd < 0)
		w->wrong = "accept";
	else
		(void)close(fd);
	return NULL;
}

static void
start(struct worker *w, void *(*body)(void *), struct privsep *conversation,
    unsigned int number)
{
	*w = (struct worker){ .conversation = conversation, .number = number };
	assert_int_equal(pthread_create(&w->thread, NULL, body, w), 0);
}

static void
join(struct worker *w)
{
	assert_int_equal(pthread_join(w->thread, NULL), 0);
	if (w->wrong != NULL)
		fail_msg("thread %u: %s: %d", w->number, w->wrong, w->error);
}

static void
each_thread_gets_its_own_replies(void **state)
{
	const size_t before = test_fds_count();
	struct worker workers[THREADS];
	struct talk t;

	(void)state;
	begin(&t);
	for (unsigned int i = 0; i < THREADS; i++)
		start(&workers[i], work, t.conversation, i);
	for (unsigned int i = 0; i < THREADS; i++)
		join(&workers[i]);
	finish(&t);
	assert_int_equal(test_fds_count(), before);
}

static int
call(const struct talk *t)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&t->address,
			     t->address_len),
	    0);
	return fd;
}

static void
threads_that_wait_for_clients_hold_up_nobody(void **state)
{
	struct worker workers[THREADS], other;
	struct talk t;

	(void)state;
	begin(&t);
	/* More than may wait at a time: the last ones wait for their turn. */
	for (unsigned int i = 0; i < THREADS; i++)
		start(&workers[i], take_one, t.conversation, i);
	start(&other, work, t.conversation, THREADS);
	join(&other);
	for (unsigned int i = 0; i < THREADS; i++)
		psd_fd_close(call(&t));
	for (unsigned int i = 0; i < THREADS; i++)
		join(&workers[i]);
	finish(&t);
}

static void
an_end_reaches_every_thread(void **state)
{
	struct worker workers[THREADS];
	struct talk t;

	(void)state;
	begin(&t);
	for (unsigned int i = 0; i < THREADS; i++)
		start(&workers[i], take_one, t.conversation, i);
	assert_int_equal(write(t.stop[1], "", 1), 1);
	for (unsigned int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_true(workers[i].error == -EPIPE ||
		    workers[i].error == -ECANCELED);
	}
	finish(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_thread_gets_its_own_replies),
		cmocka_unit_test(threads_that_wait_for_clients_hold_up_nobody),
		cmocka_unit_test(an_end_reaches_every_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
