/* SPDX-License-Identifier: ISC */
#ifndef PSD_BECOME_H
#define PSD_BECOME_H

#include "common/sealed.h"

/*
 * What a server has when it begins to confine itself: all borrowed, and none
 * of it below 3, where something is open.
 */
struct psd_become {
	const struct psd_sealed *plan;
	int pair;        /* our end */
	int lifeline;    /* the reading end, which stays open for good */
	int landlock_fd; /* or PSD_NO_FD; closed on the way */
	int output;      /* where standard error goes, or PSD_NO_FD; likewise */
};

/*
 * Makes this process the helper that the plan describes, and tells the
 * monitor.  Does not return when a step fails: nothing half confined goes on.
 * It exits with the step's number, and the monitor's log names it.  To be
 * called with all signals blocked: no handler shall run, or jump out of it,
 * halfway.
 */
void psd_become_helper(const struct psd_become *become);

#endif
