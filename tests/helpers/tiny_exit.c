/* SPDX-License-Identifier: ISC */
/* Ends at once: what a start costs without the program. */
#include "tests/helpers/tiny.h"

void
tiny_main(const uintptr_t *stack)
{
	(void)stack;
	tiny_exit(0);
}
