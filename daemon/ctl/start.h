/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_START_H
#define PSD_CTL_START_H

#include "common/handover.h"
#include "daemon/ctl/ctl.h"

#include <sys/types.h>

/* One run of a program. */
struct psd_start {
	pid_t pid;   /* of its privsepd, our child; -1: a daemon runs it */
	int control; /* readable when the program has ended; owned */
	int pair;    /* the program's input and output; owned */
	struct psd_handover handover;
};

/*
 * Starts the privsepd that was installed, or built, with this privsepctl, with
 * argv, and waits until its program runs.  Returns 0, or the status to exit
 * with, 125 to 127; what went wrong was told.  In both cases psd_start_end()
 * follows.
 */
int psd_start_program(struct psd_start *ret, char *const *argv);

/*
 * Has the daemon run the program of a service that lets us, by the same rules.
 */
int psd_start_service(struct psd_start *ret, const struct psd_ctl *ctl,
    const char *service);

/* The status of the program, which has ended; or 125, after saying why. */
int psd_start_status(struct psd_start *start);

/* Ends the program, should it still run. */
void psd_start_end(struct psd_start *start);

#endif
