/* SPDX-License-Identifier: ISC */
/*
 * Says one byte to its standard output, the least that shows that a program
 * runs, and ends with its standard input, so that its end is not in the way of
 * who waits for the byte.  With an argument it is told to begin by a byte.
 */
#include "tests/helpers/tiny.h"

enum { INPUT = 0, OUTPUT = 1 };

void
tiny_main(const uintptr_t *stack)
{
	char byte = '!';

	if (stack[0] > 1 && tiny_read(INPUT, &byte, 1) != 1)
		tiny_exit(1);
	if (tiny_write(OUTPUT, &byte, 1) != 1)
		tiny_exit(1);
	tiny_exit(tiny_read(INPUT, &byte, 1) == 0 ? 0 : 1);
}
