/* SPDX-License-Identifier: ISC */
#ifndef TEST_EXPECT_H
#define TEST_EXPECT_H

#include <stdio.h>
#include <unistd.h>

/*
 * For children of a test, where cmocka's assertions would go on with the
 * parent's work: leaves the function with the failure that test_child_wait()
 * will see, and says where that was.
 */
#define TEST_EXPECT(condition) \
	do { \
		if (!(condition)) { \
			(void)dprintf(STDOUT_FILENO, "# %s:%d: not %s\n", \
			    __FILE__, __LINE__, #condition); \
			return TEST_NOT_AS_EXPECTED; \
		} \
	} while (0)

enum { TEST_NOT_AS_EXPECTED = 1 };

#endif
