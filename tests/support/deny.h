/* SPDX-License-Identifier: ISC */
#ifndef TEST_DENY_H
#define TEST_DENY_H

#include <stdint.h>

/*
 * From now on the system call of this number answers -1 and error in this
 * process; for children of a test, since it cannot be taken back.  Shows how
 * failures are handled that cannot be caused without harm to the machine.
 * Returns 0 or -errno.
 */
int test_deny(int call, int error);

/* The same only when the lower half of one argument has this value. */
int test_deny_argument(int call, unsigned int index, uint32_t value, int error);

#endif
