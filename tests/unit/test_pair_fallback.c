/* SPDX-License-Identifier: ISC */
/*
 * The pair as built where SOCK_CLOEXEC is missing: the same cases, and the
 * race that no such build can avoid.
 */
#include "common/pair.h"

/* A second copy of the source, under other names, with the flag hidden. */
#undef PSD_PAIR_H
#define PSD_HIDE_SOCK_CLOEXEC
#define psd_pair hidden_pair
#define psd_pair_in hidden_pair_in
#define psd_pair_bound_queues hidden_pair_bound_queues
#define psd_pair_is_atomic hidden_pair_is_atomic
#include "common/pair.c"
#undef psd_pair
#undef psd_pair_in
#undef psd_pair_bound_queues
#undef psd_pair_is_atomic

#include "tests/unit/pair_cases.h"
#include "tests/unit/pair_errors.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CREATORS = 4, ROUNDS = 1500 };

static const struct pair_maker fallback = { hidden_pair, hidden_pair_in,
	hidden_pair_is_atomic };

static atomic_bool creators_go_on;

static void *
create_and_drop(void *pair)
{
	int (*const *make_pair)(int, int[2]) = pair;
	int ends[2];

	while (atomic_load(&creators_go_on))
		if ((*make_pair)(SOCK_SEQPACKET, ends) == 0)
			drop(ends);
	return NULL;
}

/* How many sockets a program has that we execute now. */
static size_t
sockets_of_a_program(void)
{
	static const char *const argv[] = { "sleep", "60", NULL };
	struct test_fd fds[64];
	const pid_t pid = test_child_exec(argv);
	const ssize_t n = test_fds_list(pid, fds, PSD_ELEMENTS(fds));
	size_t sockets = 0;

	test_child_kill(pid);
	assert_in_range(n, 0, PSD_ELEMENTS(fds));
	for (ssize_t i = 0; i < n; i++)
		sockets += strncmp(fds[i].target, "socket:", 7) == 0;
	return sockets;
}

/*
 * Executes programs while other threads create pairs, until one program has
 * an end that nobody gave it.  Returns the rounds that took, or 0 for never.
 */
static size_t
rounds_until_a_leak(int (*make_pair)(int type, int ret_ends[2]))
{
	const size_t given = sockets_of_a_program();
	pthread_t creators[CREATORS];
	size_t leak = 0;

	atomic_store(&creators_go_on, true);
	for (size_t i = 0; i < CREATORS; i++)
		assert_int_equal(pthread_create(&creators[i], NULL,
				     create_and_drop, &make_pair),
		    0);
	for (size_t round = 1; round <= ROUNDS && leak == 0; round++)
		if (sockets_of_a_program() > given)
			leak = round;
	atomic_store(&creators_go_on, false);
	for (size_t i = 0; i < CREATORS; i++)
		assert_int_equal(pthread_join(creators[i], NULL), 0);
	return leak;
}

static void
race_of_the_fallback_is_none_of_the_atomic_call(void **state)
{
	size_t leak;

	(void)state;
	if (test_under_valgrind()) {
		print_message("SKIP: valgrind runs one thread at a time\n");
		skip();
	}
	leak = rounds_until_a_leak(hidden_pair);
	assert_int_equal(rounds_until_a_leak(psd_pair), 0);
	if (leak == 0) {
		print_message("SKIP: the fallback leaked nothing in %d "
			      "rounds, so this run shows no race\n",
		    ROUNDS);
		skip();
	}
	print_message("the fallback leaked into program %zu, the atomic call "
		      "into none of %d\n",
	    leak, ROUNDS);
}

static void
flags_are_set_afterwards(void **state)
{
	(void)state;
	assert_false(hidden_pair_is_atomic());
}

static int
ask_without_fcntl(void *command)
{
	static const struct refusal expected = { AF_UNIX,
		SOCK_SEQPACKET | SOCK_NONBLOCK, 0, -ENOLCK };
	const int *number = command;

	if (test_deny_argument(SYS_fcntl, 1, (uint32_t)*number, ENOLCK) < 0)
		return COULD_NOT_ASK;
	return ask_and_compare(&expected);
}

static void
flag_that_cannot_be_set_loses_no_descriptor(void **state)
{
	static int commands[] = { F_SETFD, F_GETFL, F_SETFL };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(commands); i++) {
		const int status = test_child_exit_status(
		    test_child_start(ask_without_fcntl, &commands[i]));

		if (status == COULD_NOT_ASK) {
			print_message("SKIP: no seccomp filter to be had\n");
			skip();
		}
		assert_int_equal(status, ASKED_AS_EXPECTED);
	}
}

int
main(void)
{
	static const struct CMUnitTest own[] = {
		cmocka_unit_test(flags_are_set_afterwards),
		cmocka_unit_test(flag_that_cannot_be_set_loses_no_descriptor),
		cmocka_unit_test(
		    race_of_the_fallback_is_none_of_the_atomic_call),
	};
	int failed;

	maker_in_test = &fallback;
	failed = cmocka_run_group_tests(pair_cases, NULL, NULL);
	failed += cmocka_run_group_tests(pair_errors, NULL, NULL);
	failed += cmocka_run_group_tests(own, NULL, NULL);
	return failed == 0 ? 0 : 1;
}
