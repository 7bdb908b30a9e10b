/* SPDX-License-Identifier: ISC */
#ifndef TEST_TERMINAL_H
#define TEST_TERMINAL_H

#include <stddef.h>

/*
 * Runs body in a child with a session and a terminal of its own, which is its
 * standard input, and from which nothing is typed.  Returns the child's exit
 * status: body's result.
 */
int test_terminal_run(int (*body)(void));

/* How many bytes were typed, or pushed, and not read; in the child. */
size_t test_terminal_input(void);

#endif
