/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_MANAGER_H
#define TEST_FAKE_MANAGER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The service manager's descriptor store, by names alone: what is said to
 * NOTIFY_SOCKET is heard, held to be well-formed, and done.
 */

/*
 * Sets NOTIFY_SOCKET.  Ten messages have room there; who says more without a
 * fake_manager_hear() waits for one, for ever.
 */
void fake_manager_start(void);

/* For 512, in a network namespace of the caller's own.  False: it stays so. */
bool fake_manager_widen(void);

/* It has one of that name, if there is such a name. */
void fake_manager_put(const char *name);

void fake_manager_hear(void);

/* How many it has, of that name or, with NULL, of any. */
size_t fake_manager_count(const char *name);

void fake_manager_forget(void);

#endif
