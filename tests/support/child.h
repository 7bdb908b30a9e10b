/* SPDX-License-Identifier: ISC */
#ifndef TEST_CHILD_H
#define TEST_CHILD_H

#include <sys/types.h>

/*
 * What must happen is waited for this long, in milliseconds: slow machines
 * and valgrind are no failure.  What must not happen is looked for a shorter
 * while, because that while is always spent.
 */
enum { TEST_DEADLINE = 30000, TEST_GLIMPSE = 300 };

/*
 * Forks.  The child runs body(argument) and exits with what it returns; it
 * dies with its parent.  Returns the child's id, or -errno.
 */
pid_t test_child_start(int (*body)(void *argument), void *argument);

/* Starts a program, found by PATH; no descriptor is closed for it. */
pid_t test_child_exec(const char *const *argv);

/*
 * Waits for the child's end.  Returns 0 and the status of waitpid(2), or
 * -ETIMEDOUT; then the child has been killed and reaped.
 */
int test_child_wait(pid_t pid, int *ret_status);

/* The same for a child that is to end by itself: its exit status, or -1. */
int test_child_exit_status(pid_t pid);

/* Kills the child and reaps it; what is no child is passed over. */
void test_child_kill(pid_t pid);

/* poll(2) on one descriptor: the events that came, or 0 after timeout ms. */
int test_poll(int fd, int events, int timeout);

#endif
