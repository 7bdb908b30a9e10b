/* SPDX-License-Identifier: ISC */
/* Says hello and waits for the other side's end: the smallest helper. */
#include "tests/helpers/tiny.h"

/* A request, hello (1), id 1, and versions from 1 to 1. */
static const unsigned char hello[20] = { 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
	0, 0, 0, 1, 0, 0, 0 };

void
tiny_main(const uintptr_t *stack)
{
	unsigned char record[512];

	(void)stack;
	if (tiny_write(TINY_PAIR, hello, sizeof(hello)) != sizeof(hello))
		tiny_exit(1);
	while (tiny_read(TINY_PAIR, record, sizeof(record)) > 0)
		continue;
	tiny_exit(0);
}
