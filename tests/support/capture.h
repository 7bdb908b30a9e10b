/* SPDX-License-Identifier: ISC */
#ifndef TEST_CAPTURE_H
#define TEST_CAPTURE_H

/* What a function wrote while standard output and error were ours. */
struct test_capture {
	char out[32768];
	char err[8192];
};

/*
 * Calls body(argument) with both streams going to files, gives them back, and
 * tells what was written (cut where full).  Returns what body returned, or
 * -errno when that could not be done.
 */
int test_capture(int (*body)(void *argument), void *argument,
    struct test_capture *ret);

#endif
