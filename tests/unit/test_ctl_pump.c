/* SPDX-License-Identifier: ISC */
/* What privsepctl run says when bytes cannot be moved. */
#include "daemon/ctl/pump.h"
#include "tests/support/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int
pump(void *argument)
{
	return psd_pump(argument) < 0;
}

/*
 * Moves "word" from a pair to output, and nothing to the pair; text is what it
 * complains of.
 */
static void
expect(struct psd_pump_ends *ends, const char *text)
{
	struct test_capture run;
	int input[2];

	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	ends->input = input[0];
	assert_int_equal(test_capture(pump, ends, &run), 1);
	assert_non_null(strstr(run.err, text));
	(void)close(input[0]);
	(void)close(input[1]);
}

/* It was told as an output that cannot be written. */
static void
a_pair_that_cannot_be_heard_is_named(void **state)
{
	int control[2], no_socket[2];
	struct psd_pump_ends ends;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     control),
	    0);
	assert_int_equal(pipe2(no_socket, O_CLOEXEC), 0);
	assert_int_equal(write(no_socket[1], "word", 4), 4);
	ends = (struct psd_pump_ends){
		.output = open("/dev/null", O_WRONLY | O_CLOEXEC),
		.pair = no_socket[0],
		.control = control[0],
	};
	expect(&ends, "cannot hear the program: ");
	(void)close(ends.output);
	for (size_t i = 0; i < 2; i++) {
		(void)close(control[i]);
		(void)close(no_socket[i]);
	}
}

static void
an_output_that_cannot_be_written_is_named(void **state)
{
	int control[2], pair[2];
	struct psd_pump_ends ends;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     control),
	    0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     pair),
	    0);
	assert_int_equal(write(pair[1], "word", 4), 4);
	ends = (struct psd_pump_ends){
		.output = open("/dev/full", O_WRONLY | O_CLOEXEC),
		.pair = pair[0],
		.control = control[0],
	};
	expect(&ends, "cannot write the output: No space left on device");
	(void)close(ends.output);
	for (size_t i = 0; i < 2; i++) {
		(void)close(control[i]);
		(void)close(pair[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_that_cannot_be_heard_is_named),
		cmocka_unit_test(an_output_that_cannot_be_written_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
