/* SPDX-License-Identifier: ISC */
/* Its exit status is how many descriptors it was started with. */
#include "tests/helpers/tiny.h"

enum { GET_FLAGS = 1 /* F_GETFD */, LAST = 2047, STATUS_MAX = 200 };

void
tiny_main(const uintptr_t *stack)
{
	int n = 0;

	(void)stack;
	for (int fd = 0; fd <= LAST; fd++) {
		const uint64_t args[6] = { (uint64_t)fd, GET_FLAGS };

		if (tiny_call(SYS_fcntl, args) >= 0 && n < STATUS_MAX)
			n++;
	}
	tiny_exit(n);
}
