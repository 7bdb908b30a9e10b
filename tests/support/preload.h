/* SPDX-License-Identifier: ISC */
#ifndef TEST_PRELOAD_H
#define TEST_PRELOAD_H

#include <stdbool.h>

/*
 * Programs that are executed from now on have a library before their own, that
 * of tests/preload/ by this name (without .c).  Returns 0 or, where it was not
 * built, -1.
 */
int preload(const char *name);

/* With a sanitizer it is not, and says SKIP. */
bool preload_is_possible(void);

#endif
