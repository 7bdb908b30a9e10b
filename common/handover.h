/* SPDX-License-Identifier: ISC */
#ifndef PSD_HANDOVER_H
#define PSD_HANDOVER_H

#include <stdint.h>

/*
 * What privsepctl run is told by the privsepd that runs a program for it, in
 * records of one size, from one of our programs to another of the same build.
 */
enum psd_handover_kind {
	PSD_HANDOVER_STARTED, /* and here is the other end of its input and
				 output, or where is told of its frames */
	PSD_HANDOVER_ENDED,   /* by a daemon, whose own status says nothing */
	PSD_HANDOVER_REFUSED, /* by a daemon: it is not run */
};

struct psd_handover {
	uint32_t version; /* PSD_HANDOVER_VERSION */
	uint32_t kind;
	int32_t status;     /* ENDED: to exit with; REFUSED: -errno; else 0 */
	uint32_t is_helper; /* STARTED: it has no such input and output */
	uint64_t stop_usec; /* STARTED: TimeoutStopSec=; 0: none */
};

enum { PSD_HANDOVER_VERSION = 1 };

/* The number at which a privsepd of one program finds the socket for it. */
enum { PSD_HANDOVER_NUMBER = 3 };

/*
 * Sends it, STARTED with end, which stays the caller's, else PSD_NO_FD.  Does
 * not wait.  0 or -errno.
 */
int psd_handover_send(int fd, const struct psd_handover *handover, int end);

/*
 * Waits for one.  0, and with STARTED ret_end is the caller's; -EPIPE: the
 * other side ended without; -EBADMSG: it was none, and nothing of it is kept;
 * or -errno.
 */
int psd_handover_receive(int fd, struct psd_handover *ret, int *ret_end);

#endif
