/* SPDX-License-Identifier: ISC */
/*
 * Threads that start helpers beside threads that open descriptors without
 * close-on-exec, as a library that we do not control might: a helper must
 * have none of them, at whatever moment it was started.  And beside threads
 * that hold the C library's locks, which a child must not wait for.
 *
 * PSD_SOAK=1 starts some ten times as many.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/spawn_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	THREADS = 8,  /* that start, and as many that open */
	STARTS = 500, /* of each */
	STARTS_SOAK = 6250,
	STARTS_LOCKED = 60,
	STARTS_LOCKED_SOAK = 1250,
	NAIVE_STARTS = 50,
	OWN = 4, /* standard input, output, error, and the pair */
};

static atomic_bool others_go_on;
static int starts; /* of each thread */

static void *
open_and_close(void *unused)
{
	(void)unused;
	while (atomic_load(&others_go_on)) {
		const int file = open("/dev/null", O_RDONLY);
		const int copy = dup(STDERR_FILENO);
		int ends[2] = { PSD_NO_FD, PSD_NO_FD };

		(void)socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
		/* Leaves the processors to those that start. */
		(void)usleep(10);
		psd_fd_close(ends[0]);
		psd_fd_close(copy);
		psd_fd_close(ends[1]);
		psd_fd_close(file);
	}
	return NULL;
}

/* All that the C library has a lock for: memory, streams, the environment. */
static void *
hold_locks(void *unused)
{
	char *text = NULL;

	(void)unused;
	for (size_t n = 1; atomic_load(&others_go_on); n = n * 7 % 100003) {
		FILE *file = fopen("/dev/null", "we");

		free(text);
		text = calloc(1, n);
		if (text == NULL || file == NULL)
			abort();
		(void)fprintf(file, "%zu %s\n", n, text);
		(void)fclose(file);
		tzset();
		/* Leaves the processors to those that start. */
		if (n % 4 == 0)
			(void)usleep(10);
	}
	free(text);
	return NULL;
}

/* What the threads that start helpers found. */
struct tally {
	size_t given; /* descriptors that a helper is to have */
	atomic_uint with_more, exact, failed;
};

static void
count(struct tally *tally, int descriptors)
{
	if (descriptors < (int)tally->given)
		atomic_fetch_add(&tally->failed, 1);
	else if (descriptors > (int)tally->given)
		atomic_fetch_add(&tally->with_more, 1);
	else
		atomic_fetch_add(&tally->exact, 1);
}

/* Runs start beside the others, in as many threads. */
static void
run_threads(void *(*other)(void *unused), void *(*start)(void *tally),
    struct tally *tally)
{
	pthread_t others[THREADS], starters[THREADS];

	atomic_store(&others_go_on, true);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&others[i], NULL, other, NULL),
		    0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&starters[i], NULL, start,
				     tally),
		    0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(starters[i], NULL), 0);
	atomic_store(&others_go_on, false);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(others[i], NULL), 0);
}

static int
start_naively(void)
{
	char program[4096];
	char *const argv[] = { program, NULL };
	pid_t pid;
	int status;

	spawn_rig_program(program, sizeof(program), "tiny_fds");
	if (posix_spawn(&pid, program, NULL, NULL, argv, environ) != 0)
		return -1;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void *
start_many_naively(void *tally)
{
	for (int i = 0; i < NAIVE_STARTS; i++)
		count(tally, start_naively());
	return NULL;
}

static void
naively_started_program_has_descriptors_of_other_threads(void **state)
{
	struct tally tally = { .given = 0 };
	const int given = start_naively();

	(void)state;
	assert_true(given > 0);
	tally.given = (size_t)given;
	run_threads(open_and_close, start_many_naively, &tally);
	assert_int_equal(tally.failed, 0);
	print_message("naive: %u of %d programs had more than their own\n",
	    tally.with_more, THREADS * NAIVE_STARTS);
	assert_true(tally.with_more > 0);
}

/* The daemon has one thread; where there are more, one starts at a time. */
static pthread_mutex_t one_starts = PTHREAD_MUTEX_INITIALIZER;

/* Where much else runs, a start may take longer than it is given. */
static int
start_at_last(struct spawn_rig *rig)
{
	int r;

	do {
		(void)pthread_mutex_lock(&one_starts);
		r = spawn_rig_start(rig);
		(void)pthread_mutex_unlock(&one_starts);
	} while (r == -ETIMEDOUT);
	if (r < 0)
		print_error("start: step %d, %s\n", (int)rig->failure.step,
		    strerror(-r));
	return r;
}

static void *
start_many(void *tally)
{
	struct spawn_rig rig;

	if (spawn_rig_init(&rig, "tiny_fds") < 0) {
		count(tally, -1);
		return NULL;
	}
	for (int i = 0; i < starts; i++) {
		count(tally,
		    start_at_last(&rig) < 0 ? -1 : spawn_rig_wait(&rig));
		spawn_rig_stop(&rig);
	}
	spawn_rig_free(&rig);
	return NULL;
}

static void
start_beside(void *(*other)(void *unused))
{
	struct tally tally = { .given = OWN };

	run_threads(other, start_many, &tally);
	print_message("ours: %u of %d helpers had more than their own\n",
	    tally.with_more, THREADS * starts);
	assert_int_equal(tally.failed, 0);
	assert_int_equal(tally.with_more, 0);
	assert_int_equal(tally.exact, THREADS * starts);
}

static void
helper_has_its_own_descriptors_and_no_other(void **state)
{
	(void)state;
	starts = getenv("PSD_SOAK") != NULL ? STARTS_SOAK : STARTS;
	start_beside(open_and_close);
}

static void
helper_starts_whatever_locks_other_threads_hold(void **state)
{
	(void)state;
	starts =
	    getenv("PSD_SOAK") != NULL ? STARTS_LOCKED_SOAK : STARTS_LOCKED;
	start_beside(hold_locks);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    naively_started_program_has_descriptors_of_other_threads),
		cmocka_unit_test(helper_has_its_own_descriptors_and_no_other),
		cmocka_unit_test(
		    helper_starts_whatever_locks_other_threads_hold),
	};
	const int r = spawn_rig_prepare();

	return r != 0 ? r : cmocka_run_group_tests(tests, NULL, NULL);
}
