/* SPDX-License-Identifier: ISC */
/*
 * What privsepctl run moves between its user and a program, where a call fails
 * or a side has gone; the test is the program and the daemon.
 */
#include "common/fd.h"
#include "common/pair.h"
#include "daemon/ctl/pump.h"
#include "tests/support/capture.h"
#include "tests/support/calls.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { OURS, THEIRS };

static struct test_capture run;

/* Ends of privsepctl first; all stay open until the process ends. */
struct ends {
	int input[2], output[2], pair[2], control[2];
	bool to_file;
};

static int
make_ends(struct ends *ends)
{
	if (pipe2(ends->input, O_CLOEXEC) < 0 ||
	    psd_pair(SOCK_STREAM, ends->pair) < 0 ||
	    psd_pair(SOCK_STREAM, ends->control) < 0)
		return -1;
	if (!ends->to_file)
		return pipe2(ends->output, O_CLOEXEC);
	ends->output[1] = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return ends->output[1] < 0 ? -1 : 0;
}

static int
pump(void *argument)
{
	const struct ends *ends = argument;
	const struct psd_pump_ends given = {
		.input = ends->input[0],
		.output = ends->output[1],
		.pair = ends->pair[OURS],
		.control = ends->control[OURS],
	};

	return psd_pump(&given);
}

/* A call that is refused, and what is told then. */
struct refusal {
	int call, error, result;
	bool to_file;
	const char *said;
};

static int
pump_under(void *argument)
{
	const struct refusal *refusal = argument;
	struct ends ends = { .to_file = refusal->to_file };

	TEST_EXPECT(make_ends(&ends) == 0);
	/* The end of the input is said at once if there is none. */
	if (refusal->call != SYS_shutdown)
		TEST_EXPECT(write(ends.input[1], "in", 2) == 2);
	TEST_EXPECT(close(ends.input[1]) == 0);
	TEST_EXPECT(send(ends.pair[THEIRS], "out", 3, 0) == 3);
	/* It ends, once it has said that. */
	TEST_EXPECT(shutdown(ends.pair[THEIRS], SHUT_WR) == 0);
	TEST_EXPECT(close(ends.control[THEIRS]) == 0);
	if (refusal->call == SYS_read)
		TEST_EXPECT(test_deny_argument(SYS_read, 0,
				(uint32_t)ends.input[0], refusal->error) == 0);
	else if (refusal->call == SYS_write)
		TEST_EXPECT(test_deny_argument(SYS_write, 0,
				(uint32_t)ends.output[1], refusal->error) == 0);
	else
		TEST_EXPECT(test_deny(refusal->call, refusal->error) == 0);
	TEST_EXPECT(test_capture(pump, &ends, &run) == refusal->result);
	TEST_EXPECT(strcmp(run.err, refusal->said) == 0);
	return 0;
}

static void
call_that_fails_is_told_by_what_it_was_for(void **state)
{
	static struct refusal refusals[] = {
		{ SYS_read, EIO, -EIO, false,
		    "privsepctl: cannot read the input: Input/output error\n" },
		{ SYS_sendto, ENOBUFS, -ENOBUFS, false,
		    "privsepctl: cannot pass on the input: No buffer space "
		    "available\n" },
		{ SYS_shutdown, ENOBUFS, -ENOBUFS, false,
		    "privsepctl: cannot pass on the input: No buffer space "
		    "available\n" },
		{ TEST_CALL_POLL, ENOMEM, -ENOMEM, false,
		    "privsepctl: cannot wait: Cannot allocate memory\n" },
		{ SYS_splice, EIO, -EIO, false,
		    "privsepctl: cannot hear the program: Input/output "
		    "error\n" },
		{ SYS_recvfrom, EIO, -EIO, true,
		    "privsepctl: cannot hear the program: Input/output "
		    "error\n" },
		{ SYS_write, ENOSPC, -ENOSPC, true,
		    "privsepctl: cannot write the output: No space left on "
		    "device\n" },
		/* What a program does not read is no failure. */
		{ SYS_sendto, EPIPE, 0, false, "" },
		{ SYS_sendto, ECONNRESET, 0, false, "" },
		{ SYS_shutdown, ENOTCONN, 0, false, "" },
		/* A pipe that takes no pages, and what is no pipe at all. */
		{ SYS_splice, EINVAL, 0, false, "" },
		{ SYS_fstat, EIO, 0, false, "" },
		{ SYS_newfstatat, EIO, 0, false, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const int status = test_child_exit_status(
		    test_child_start(pump_under, &refusals[i]));

		if (status != 0)
			fail_msg("refusal %zu: %d", i, status);
	}
}

static int
pump_all(void *argument)
{
	struct ends ends = { .to_file = *(bool *)argument };
	char text[16];

	TEST_EXPECT(make_ends(&ends) == 0);
	TEST_EXPECT(write(ends.input[1], "in", 2) == 2);
	TEST_EXPECT(close(ends.input[1]) == 0);
	TEST_EXPECT(send(ends.pair[THEIRS], "out", 3, 0) == 3);
	TEST_EXPECT(shutdown(ends.pair[THEIRS], SHUT_WR) == 0);
	TEST_EXPECT(close(ends.control[THEIRS]) == 0);
	TEST_EXPECT(test_capture(pump, &ends, &run) == 0);
	TEST_EXPECT(run.err[0] == '\0');
	TEST_EXPECT(recv(ends.pair[THEIRS], text, sizeof(text), 0) == 2);
	TEST_EXPECT(
	    (ends.to_file ? pread(ends.output[1], text, sizeof(text), 0)
			  : read(ends.output[0], text, sizeof(text))) == 3);
	TEST_EXPECT(memcmp(text, "out", 3) == 0);
	return 0;
}

static void
what_was_said_before_the_end_is_delivered(void **state)
{
	static bool to_file[] = { false, true };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(pump_all, &to_file[i])),
		    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_that_fails_is_told_by_what_it_was_for),
		cmocka_unit_test(what_was_said_before_the_end_is_delivered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
