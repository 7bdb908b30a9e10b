/* SPDX-License-Identifier: ISC */
#ifndef TEST_FDS_H
#define TEST_FDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How many descriptors this process has open. */
size_t test_fds_count(void);

/* One open descriptor of a process, and what /proc says of it. */
struct test_fd {
	int number;
	char target[128]; /* "socket:[4711]", "/dev/null", cut where full */
};

/*
 * Lists the descriptors of a process, in no order.  Returns how many there
 * are, of which at most max are in ret, or -errno.
 */
ssize_t test_fds_list(pid_t pid, struct test_fd *ret, size_t max);

/* Does pid hold a copy of the socket, pipe or file that our fd refers to? */
bool test_fds_shared(pid_t pid, int fd);

#endif
