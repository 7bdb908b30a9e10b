/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_fixture.h"

#include <stdbool.h>
#include <sys/wait.h>

/* Runs check in a child of the process that has the conversation. */
static void
in_a_child(struct talk *t, bool (*check)(struct privsep *conversation))
{
	const pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(check(t->conversation) ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* The parent has not heard of it. */
	assert_int_equal(privsep_ping(t->conversation), 0);
}

static bool
everything_fails(struct privsep *c)
{
	struct privsep *handle = NULL;
	struct privsep_stat status;

	return privsep_ping(c) == -ECHILD &&
	    privsep_open(c, "/dev/null", O_RDONLY, 0) == -ECHILD &&
	    privsep_stat(c, "/dev/null", &status) == -ECHILD &&
	    privsep_accept(c, NULL) == -ECHILD &&
	    privsep_accept_ask(c) == -ECHILD &&
	    privsep_accept_take(c, NULL) == -ECHILD &&
	    privsep_process(c) == -ECHILD && privsep_events(c) == 0 &&
	    privsep_handle_new(&handle, c, 0) == 0 &&
	    privsep_ping(handle) == -ECHILD;
}

static bool
ending_fails(struct privsep *c)
{
	const int fd = privsep_fd(c);

	return privsep_end(c) == -ECHILD && fcntl(fd, F_GETFD) < 0;
}

static bool
freeing_closes_the_copy(struct privsep *c)
{
	const int fd = privsep_fd(c);

	privsep_free(c);
	return fcntl(fd, F_GETFD) < 0;
}

static void
a_child_can_ask_nothing(void **state)
{
	in_a_child(*state, everything_fails);
}

static void
a_child_cannot_end_its_parents_conversation(void **state)
{
	in_a_child(*state, ending_fails);
	in_a_child(*state, freeing_closes_the_copy);
}

static void
what_was_under_way_is_the_parents(void **state)
{
	struct talk *t = *state;
	struct privsep *handle = NULL;
	int r = -EINPROGRESS;

	assert_int_equal(privsep_handle_new(&handle, t->conversation, 0), 0);
	assert_int_equal(privsep_ping(handle), -EINPROGRESS);
	in_a_child(t, everything_fails);
	in_a_child(t, freeing_closes_the_copy);
	while (r == -EINPROGRESS) {
		assert_int_equal(privsep_process(t->conversation), 0);
		r = privsep_ping(handle);
	}
	assert_int_equal(r, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(a_child_can_ask_nothing),
		WITH_DAEMON(a_child_cannot_end_its_parents_conversation),
		WITH_DAEMON(what_was_under_way_is_the_parents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
