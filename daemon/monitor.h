/* SPDX-License-Identifier: ISC */
#ifndef PSD_MONITOR_H
#define PSD_MONITOR_H

#include "daemon/daemon.h"

/*
 * The private monitor: privsepd as the keeper of the privileges of one server,
 * which started it by privsep_start_monitor(3) and goes on as its helper.
 */

/* What the server leaves open for us, and the first number behind it. */
enum psd_monitor_numbers {
	PSD_MONITOR_PAIR = 3,
	PSD_MONITOR_LIFELINE = 4,
	PSD_MONITOR_NUMBERS = 5,
};

/*
 * Loads the policy, sends the server its plan, waits until it has confined
 * itself, and makes it the one instance of the one service; the loop can run
 * then.  Returns EXIT_SUCCESS, or the status to exit with, having said why, to
 * the server too.
 */
int psd_monitor_start(struct psd_daemon *daemon);

#endif
