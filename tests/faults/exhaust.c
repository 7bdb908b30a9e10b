/* SPDX-License-Identifier: ISC */
#include "tests/faults/exhaust.h"

#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/seed.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What is tried. */
struct trial {
	const char *what;
	exhaust_perform *perform;
	void *argument;
	const struct allocations *board;
};

static struct exhaust_outcome usual, got;
static unsigned n_died, n_failed;

static unsigned
seed_of_sample(void)
{
	static unsigned seed;

	if (seed == 0)
		seed = test_seed("PSD_FAULT_SEED");
	return seed;
}

/* Of a library that is not ours. */
static bool
is_libseccomps(const struct allocations *board)
{
	static const char name[] = "libseccomp";

	return strncmp(allocations_where(board, getpid()), name,
		   sizeof(name) - 1) == 0;
}

/* What is wrong with it, or NULL. */
static const char *
judge(const struct allocations *board, int64_t live_before, size_t fds_before)
{
	if (board->n_live != live_before && !is_libseccomps(board))
		return "memory is lost";
	if (test_fds_count() != fds_before)
		return "descriptors are lost";
	if (!got.is_error &&
	    (usual.is_error || strcmp(got.text, usual.text) != 0))
		return "it went otherwise, and told of no error";
	return NULL;
}

static bool
has_gone_well(struct allocations *board, const struct trial *trial, uint64_t n,
    int64_t live, size_t fds)
{
	const char *wrong;

	(void)allocations_disarm(board);
	wrong = judge(board, live, fds);
	if (wrong == NULL)
		return true;
	print_message("# FAILED %s: allocation %llu: %s\n#   %s\n#   %.200s\n",
	    trial->what, (unsigned long long)n, wrong,
	    allocations_where(board, getpid()), got.text);
	return false;
}

static bool
goes_well(struct allocations *board, const struct trial *trial, uint64_t n)
{
	const size_t fds = test_fds_count();
	const int64_t live = board->n_live;

	allocations_arm(board, getpid(), n);
	trial->perform(board, trial->argument, &got);
	return has_gone_well(board, trial, n, live, fds);
}

/* Hears how the child ended in which the allocation failed. */
static void
on_end(void *argument, uint64_t n, int status)
{
	const struct trial *trial = argument;

	/* Why is said by the child, which does not know the number. */
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		print_message("# FAILED: allocation %llu, for what is above\n",
		    (unsigned long long)n);
	if (WIFEXITED(status)) {
		n_failed += WEXITSTATUS(status) != 0;
		return;
	}
	if (is_libseccomps(trial->board)) {
		n_died++;
		return;
	}
	n_failed++;
	print_message("# FAILED %s: allocation %llu: signal %d\n#   %s\n",
	    trial->what, (unsigned long long)n, WTERMSIG(status),
	    allocations_where(trial->board, getpid()));
}

static void
go_apart(struct allocations *board, struct trial *trial, uint64_t n)
{
	const pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		allocations_bound_child();
		_exit(goes_well(board, trial, n) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	on_end(trial, n, status);
}

/* Once, with a child for each. */
static void
try_forked(struct allocations *board, struct trial *trial,
    const uint64_t *which, size_t n_which)
{
	const size_t fds = test_fds_count();
	const int64_t live = board->n_live;

	allocations_fork(board, which, n_which, on_end, trial);
	trial->perform(board, trial->argument, &got);
	n_failed += !has_gone_well(board, trial, board->n, live, fds);
	if (board->is_child)
		_exit(n_failed > 0 ? 1 : 0);
}

enum way { HERE, APART, FORKED };

static void
try_them(struct allocations *board, struct trial *trial, unsigned sample,
    enum way way)
{
	unsigned seed = seed_of_sample();
	const uint64_t *which;
	uint64_t n;
	size_t n_tries;

	/* Once for what is kept from then on. */
	n_died = n_failed = 0;
	allocations_arm(board, getpid(), 0);
	trial->perform(board, trial->argument, &usual);
	allocations_arm(board, getpid(), 0);
	trial->perform(board, trial->argument, &usual);
	n = allocations_disarm(board);
	assert_true(n > 0);
	n_tries = allocations_choose(board, n, sample, &seed, &which);
	if (way == FORKED)
		try_forked(board, trial, which, n_tries);
	for (size_t i = 0; way == HERE && i < n_tries; i++)
		n_failed += !goes_well(board, trial, which[i]);
	for (size_t i = 0; way == APART && i < n_tries; i++)
		go_apart(board, trial, which[i]);
	print_message("# %s: %zu of %llu allocations, %u failed, "
		      "libseccomp died of %u\n",
	    trial->what, n_tries, (unsigned long long)n, n_failed, n_died);
	assert_int_equal(n_failed, 0);
}

void
exhaust(struct allocations *board, const char *what, unsigned sample,
    exhaust_perform *perform, void *argument)
{
	struct trial trial = { what, perform, argument, board };

	try_them(board, &trial, sample, HERE);
}

void
exhaust_apart(struct allocations *board, const char *what, unsigned sample,
    exhaust_perform *perform, void *argument)
{
	struct trial trial = { what, perform, argument, board };

	try_them(board, &trial, sample, APART);
}

void
exhaust_forked(struct allocations *board, const char *what, unsigned sample,
    exhaust_perform *perform, void *argument)
{
	struct trial trial = { what, perform, argument, board };

	try_them(board, &trial, sample, FORKED);
}

/* Its board is its parent's. */
static int
execute_again(void *argument)
{
	char **argv = argument;

	(void)execv("/proc/self/exe", argv);
	return 1;
}

struct allocations *
exhaust_begin(char **argv, int *ret_status)
{
	const bool is_watched = allocations_are_watched();
	struct allocations *board = allocations_prepare();
	pid_t child;
	int status;

	*ret_status = 77;
	if (board == NULL)
		return NULL;
	if (is_watched) {
		allocations_hide();
		return board;
	}
	board->pid = 0;
	child = test_child_start(execute_again, argv);
	/* All of them may take long. */
	if (waitpid(child, &status, 0) == child)
		*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	return NULL;
}
