/* SPDX-License-Identifier: ISC */
#ifndef TEST_STATUS_H
#define TEST_STATUS_H

#include <sys/types.h>

/*
 * What /proc/PID/status says behind "KEY:", without blanks around it, valid
 * until the next; "" where the kernel says nothing.  Fails the test when there
 * is no such process.
 */
const char *test_status(pid_t pid, const char *key);

#endif
