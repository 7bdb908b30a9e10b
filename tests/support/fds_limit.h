/* SPDX-License-Identifier: ISC */
#ifndef TEST_FDS_LIMIT_H
#define TEST_FDS_LIMIT_H

#include <sys/types.h>

/* What fails in here fails the test. */

/*
 * Lets a process have so many descriptors more than now, beyond its highest
 * number, which is what the kernel's limit is about.
 */
void test_fds_leave(pid_t pid, unsigned more);

/* As many as there may be at most. */
void test_fds_give_back(pid_t pid);

#endif
