/* SPDX-License-Identifier: ISC */
/*
 * Threads that start helpers beside threads that open descriptors without
 * close-on-exec, as a library that we do not control might: a helper must
 * have none of them, at whatever moment it was started.
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
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	THREADS = 8,  /* that start, and as many that open */
	STARTS = 500, /* of each */
	NAIVE_STARTS = 50,
	OWN = 4, /* standard input, output, error, and the pair */
};

static atomic_bool openers_go_on;

static void *
open_and_close(void *unused)
{
	(void)unused;
	while (atomic_load(&openers_go_on)) {
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

/* Runs start beside the openers, in as many threads. */
static void
run_threads(void *(*start)(void *tally), struct tally *tally)
{
	pthread_t openers[THREADS], starters[THREADS];

	atomic_store(&openers_go_on, true);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&openers[i], NULL,
				     open_and_close, NULL),
		    0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&starters[i], NULL, start,
				     tally),
		    0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(starters[i], NULL), 0);
	atomic_store(&openers_go_on, false);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(openers[i], NULL), 0);
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
	run_threads(start_many_naively, &tally);
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
	for (int i = 0; i < STARTS; i++) {
		count(tally,
		    start_at_last(&rig) < 0 ? -1 : spawn_rig_wait(&rig));
		spawn_rig_stop(&rig);
	}
	spawn_rig_free(&rig);
	return NULL;
}

static void
helper_has_its_own_descriptors_and_no_other(void **state)
{
	struct tally tally = { .given = OWN };

	(void)state;
	run_threads(start_many, &tally);
	print_message("ours: %u of %d helpers had more than their own\n",
	    tally.with_more, THREADS * STARTS);
	assert_int_equal(tally.failed, 0);
	assert_int_equal(tally.with_more, 0);
	assert_int_equal(tally.exact, THREADS * STARTS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    naively_started_program_has_descriptors_of_other_threads),
		cmocka_unit_test(helper_has_its_own_descriptors_and_no_other),
	};
	const int r = spawn_rig_prepare();

	return r != 0 ? r : cmocka_run_group_tests(tests, NULL, NULL);
}
