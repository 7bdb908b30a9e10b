/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_START_H
#define PSD_CTL_START_H

#include "common/handover.h"
#include "daemon/ctl/ctl.h"

#include <limits.h>
#include <sys/types.h>

/* One run of a program. */
struct psd_start {
	pid_t pid;   /* of the child that runs it; -1: a daemon does */
	int control; /* readable when the program has ended; owned */
	int pair;    /* the program's input and output; owned */
	struct psd_handover handover;
};

/*
 * The first of some paths that can be executed, beginning from the directory
 * that our own program lies in.  0 or -ENOENT.
 */
int psd_start_find(const char *const *places, size_t n, char ret[PATH_MAX]);

/*
 * What a child of ours does that runs a program: tells by control, a
 * psd_handover, that the program runs, and returns the status to exit with
 * when it has ended.  control is its own.
 */
typedef int psd_start_body(void *cookie, int control);

/*
 * Starts such a child, in a session of its own, with standard input and output
 * from nowhere, and waits until its program runs.  Returns 0, or the status to
 * exit with, 125 to 127; what went wrong was told.  In both cases
 * psd_start_end() follows.
 */
int psd_start_child(struct psd_start *ret, psd_start_body *body, void *cookie);

/*
 * Starts the privsepd that was installed, or built, with this privsepctl, with
 * argv, by the same rules.
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
