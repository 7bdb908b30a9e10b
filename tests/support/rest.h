/* SPDX-License-Identifier: ISC */
#ifndef TEST_REST_H
#define TEST_REST_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Does a process come to sleep for so long without being woken, by the
 * deadline?  What it has to do when something has changed is done at some time.
 */
bool test_rests(pid_t pid, int msec);

#endif
