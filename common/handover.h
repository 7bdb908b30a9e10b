/* SPDX-License-Identifier: ISC */
#ifndef PSD_HANDOVER_H
#define PSD_HANDOVER_H

#include <stdint.h>

/*
 * What privsepctl run is told by the privsepd that it started: the program
 * runs, and here is the other end of its input and output.  One record, from
 * one of our programs to another of the same build.
 */
struct psd_handover {
	uint64_t version;   /* PSD_HANDOVER_VERSION */
	uint64_t stop_usec; /* TimeoutStopSec=; 0: none */
};

enum { PSD_HANDOVER_VERSION = 1 };

/* The number at which that privsepd finds the socket for it. */
enum { PSD_HANDOVER_NUMBER = 3 };

/* Sends it with end, which stays the caller's.  0 or -errno. */
int psd_handover_send(int fd, const struct psd_handover *handover, int end);

/*
 * Waits for it.  0, and end is the caller's; -EPIPE: the other side ended
 * without; -EBADMSG: it was none, and nothing of it is kept; or -errno.
 */
int psd_handover_receive(int fd, struct psd_handover *ret, int *ret_end);

#endif
