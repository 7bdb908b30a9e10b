/* SPDX-License-Identifier: ISC */
#ifndef TEST_LEDGER_H
#define TEST_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Long enough where nothing comes later. */
enum { LEDGER_REST_MS = 200 };

/* What a daemon has, by /proc. */
struct ledger {
	size_t fds, children, zombies;
	size_t leaves;  /* control groups it holds; not in fds */
	size_t watches; /* of inotify; in fds */
	size_t memory;  /* resident, in KiB */
};

/* What proc(5) has of a process: 'S', 'Z'; '\0' when it is gone. */
char ledger_state_of(pid_t pid);

/* Fails the test when the process is gone. */
struct ledger ledger_of(pid_t daemon);

/* So many of them, and no zombie?  To look at descriptors takes longer. */
bool ledger_has_children(pid_t daemon, size_t n);

/*
 * The same of one that has come to rest: what it has did not change for
 * msec milliseconds.  Fails the test when it does not come to rest by the deadline.
 */
struct ledger ledger_at_rest(pid_t daemon, int msec);

/*
 * Has it all but memory as before, and no zombie, by the deadline?  It makes
 * control groups ahead when there is time, so of those it may have more or less.
 */
bool ledger_settles(pid_t daemon, const struct ledger *before);

#endif
