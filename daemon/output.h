/* SPDX-License-Identifier: ISC */
#ifndef PSD_OUTPUT_H
#define PSD_OUTPUT_H

#include "daemon/instance.h"

/*
 * StandardError=log: makes the pipe whose writing end becomes the helper's
 * standard error, and watches the other.  Each line becomes one of the log,
 * under the instance's name, escaped, and counted instead of written when
 * there are too many.  Returns the helper's end, which the caller owns,
 * PSD_NO_FD when the policy does not ask for it, or -errno.
 */
int psd_output_open(struct psd_instance *instance);

/* Watches the pipe, if there is one.  0 or -errno. */
int psd_output_watch(struct psd_instance *instance);

/* Writes what is left of a dead helper's, and closes. */
void psd_output_close(struct psd_instance *instance);

#endif
