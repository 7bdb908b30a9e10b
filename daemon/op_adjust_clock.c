/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"

#include <errno.h>
#include <sys/timex.h>
#include <time.h>

enum { NSEC_PER_USEC = 1000 };

/*
 * Safe because the clock is slewed: it never jumps and never runs backwards,
 * whatever the offset, and goes wrong by half a millisecond a second at most.
 * How far in all, max= of the grant says for each request; a further one takes
 * the place of what is left of the one before.  ADJ_OFFSET would do nothing
 * unless the kernel's own loop were switched on.
 */
int
psd_do_adjust_clock(struct psd_call *call,
    const struct psd_adjust_clock_req *req, struct psd_adjust_clock_rep *rep)
{
	struct timex how = {
		.modes = ADJ_OFFSET_SINGLESHOT,
		.offset = (long)(req->offset / NSEC_PER_USEC),
	};

	(void)call;
	(void)rep;
	return clock_adjtime(CLOCK_REALTIME, &how) < 0 ? -errno : 0;
}
