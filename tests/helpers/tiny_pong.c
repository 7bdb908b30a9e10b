/* SPDX-License-Identifier: ISC */
/* Sends back whatever comes over its pair until the other side ends. */
#include "tests/helpers/tiny.h"

void
tiny_main(const uintptr_t *stack)
{
	unsigned char record[4096];

	(void)stack;
	for (;;) {
		const long n = tiny_read(TINY_PAIR, record, sizeof(record));

		if (n <= 0)
			tiny_exit(n == 0 ? 0 : 1);
		if (tiny_write(TINY_PAIR, record, (size_t)n) != n)
			tiny_exit(1);
	}
}
