/* SPDX-License-Identifier: ISC */
#ifndef TEST_PRIVSEP_ALIKE_FIXTURE_H
#define TEST_PRIVSEP_ALIKE_FIXTURE_H

#include "tests/unit/privsep_fixture.h"

#include <stdio.h>
#include <sys/stat.h>

/*
 * Each function of the library, with arguments that the fake daemon knows, and
 * what it told in a form that can be compared: with a handle it must be the
 * same as without.
 */
struct told {
	int result;
	char text[512];
};

static void
close_told(int fd, struct told *told)
{
	struct stat status;

	told->result = fd < 0 ? fd : 0;
	if (fd < 0)
		return;
	assert_int_equal(fstat(fd, &status), 0);
	(void)snprintf(told->text, sizeof(told->text), "type %o",
	    status.st_mode & S_IFMT);
	(void)close(fd);
}

/* A function, and its name for whoever reads the test's output. */
struct alike {
	const char *name;
	int (*perform)(struct privsep *c, struct told *told);
};

/* With a handle, and an event loop that does nothing else. */
static int
without_waiting(struct privsep *conversation, const struct alike *function,
    struct told *told)
{
	struct privsep *handle = NULL;
	int r;

	assert_int_equal(privsep_handle_new(&handle, conversation, 0), 0);
	while ((r = function->perform(handle, told)) == -EINPROGRESS) {
		assert_true(
		    test_poll(privsep_fd(conversation),
			privsep_events(conversation), TEST_DEADLINE) != 0);
		assert_int_equal(privsep_process(conversation), 0);
	}
	privsep_free(handle);
	return r;
}

static void
compare(struct privsep *conversation, const struct alike *function)
{
	struct told with = { 0 }, without = { 0 };
	const int r = function->perform(conversation, &without);

	print_message("# %s: %d %s\n", function->name, r, without.text);
	assert_int_equal(without_waiting(conversation, function, &with), r);
	assert_int_equal(with.result, without.result);
	assert_string_equal(with.text, without.text);
}

#endif
