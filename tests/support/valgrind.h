/* SPDX-License-Identifier: ISC */
#ifndef TEST_VALGRIND_H
#define TEST_VALGRIND_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * Valgrind answers some system calls by itself, descriptor limits among them,
 * and not as the kernel does; it preloads its library, which is how we know.
 */
static inline bool
test_under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

#endif
