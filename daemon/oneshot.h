/* SPDX-License-Identifier: ISC */
#ifndef PSD_ONESHOT_H
#define PSD_ONESHOT_H

#include "daemon/daemon.h"
#include "daemon/instance.h"

/*
 * privsepd --run: starts one filter or native helper for the privsepctl that
 * started this, with no more privileges than that has, and ends when it has
 * ended.
 */

/* What privsepctl run exits with besides the program's own status. */
enum psd_oneshot_exit {
	PSD_ONESHOT_OVERDUE = 124,
	PSD_ONESHOT_FAILED = 125,
	PSD_ONESHOT_NOT_EXECUTABLE = 126,
	PSD_ONESHOT_NOT_FOUND = 127,
	PSD_ONESHOT_SIGNAL = 128, /* and its number */
};

/* Behind the standard ones, the descriptors that we are given. */
enum { PSD_ONESHOT_NUMBERS = 4 };

/*
 * Loads the policy, starts its program with one end of a pair as standard input
 * and output, and hands over the other, or a native helper, and hands over where
 * is told of it; the loop can run then, and its result is the status to exit
 * with.  Returns EXIT_SUCCESS, or the status to exit with
 * now, having said why.
 */
int psd_oneshot_start(struct psd_daemon *daemon);

/* Is it what was started, and no helper of our own beside it? */
bool psd_oneshot_is(const struct psd_instance *instance);

/* The status to exit with for a program that has ended in this way. */
int psd_oneshot_status(enum psd_ending ending, bool was_killed, int status);

#endif
