/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_fixture.h"

#include <signal.h>

static void
a_program_has_a_handle_and_three_descriptors(void **state)
{
	const struct talk *t = *state;
	struct privsep_program program;
	char text[8] = "";

	assert_int_equal(privsep_run(t->conversation, "cat", &program), 0);
	assert_int_equal(program.handle, 7);
	assert_int_equal(write(program.input, "hello", 5), 5);
	assert_int_equal(read(program.output, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	assert_int_equal(fcntl(program.error, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(program.input, F_GETFD), FD_CLOEXEC);
	psd_fd_close(program.input);
	psd_fd_close(program.output);
	psd_fd_close(program.error);
}

static void
one_that_there_is_none_of_changes_nothing(void **state)
{
	const struct talk *t = *state;
	struct privsep_program program = { .handle = 1 };
	struct privsep_program_end end = { .status = 1 };
	char name[300];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(privsep_run(t->conversation, "dog", &program),
	    -ENOENT);
	assert_int_equal(privsep_run(t->conversation, name, &program),
	    -ENAMETOOLONG);
	assert_int_equal(privsep_wait_program(t->conversation, 8, &end),
	    -ESRCH);
	assert_int_equal(privsep_kill_program(t->conversation, 8, SIGTERM),
	    -ESRCH);
	assert_int_equal(program.handle, 1);
	assert_int_equal(end.status, 1);
}

static void
its_end_is_told_in_its_three_parts(void **state)
{
	const struct talk *t = *state;
	struct privsep_program_end end;

	assert_int_equal(privsep_kill_program(t->conversation, 7, SIGKILL), 0);
	assert_int_equal(privsep_wait_program(t->conversation, 7, &end), 0);
	assert_int_equal(end.ending, PRIVSEP_OVERDUE);
	assert_int_equal(end.was_killed, 1);
	assert_int_equal(end.status, SIGKILL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_DAEMON(a_program_has_a_handle_and_three_descriptors),
		WITH_DAEMON(one_that_there_is_none_of_changes_nothing),
		WITH_DAEMON(its_end_is_told_in_its_three_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
