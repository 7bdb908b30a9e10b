/* SPDX-License-Identifier: ISC */
#ifndef TEST_DIR_FIXTURE_H
#define TEST_DIR_FIXTURE_H

/* One directory for all tests of a file, as set-up and tear-down of the group. */
#include "tests/support/dir.h"

#include <stddef.h>

static char *dir;

static inline int
make_dir(void **state)
{
	(void)state;
	dir = test_dir_make();
	return dir == NULL ? -1 : 0;
}

static inline int
remove_dir(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

#endif
