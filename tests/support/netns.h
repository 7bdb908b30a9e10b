/* SPDX-License-Identifier: ISC */
#ifndef TEST_NETNS_H
#define TEST_NETNS_H

#include <stdbool.h>

/*
 * Gives this process a network of its own, with loopback and two pairs of
 * interfaces that are up: what goes out of "near0" comes in by "far0", and so
 * with "near1" and "far1".  False when that is not possible here, and then it
 * has said SKIP.
 */
bool test_netns_enter(void);

/* In a network of the process's own: may anybody ask for an echo? */
void test_netns_allow_ping(bool may);

#endif
