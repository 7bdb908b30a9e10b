/* SPDX-License-Identifier: ISC */
#ifndef TEST_LINGER_H
#define TEST_LINGER_H

/*
 * A TCP connection of which the last close waits for seconds: its peer, in
 * ret_peer, reads nothing, and SO_LINGER is set.  Fails the test when it cannot
 * be made.
 */
int test_linger(int seconds, int *ret_peer);

/* Seconds on the monotonic clock. */
double test_linger_now(void);

#endif
