/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_START_H
#define PSD_CTL_START_H

#include "common/handover.h"

#include <sys/types.h>

/* The privsepd of one run of a program. */
struct psd_start {
	pid_t pid;   /* our child */
	int control; /* closed by it when its program has ended; owned */
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
 * Ends the program, should it still run, and returns what privsepd exited with:
 * the status of the program.
 */
int psd_start_end(struct psd_start *start);

#endif
