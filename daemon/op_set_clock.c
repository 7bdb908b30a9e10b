/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"

#include <errno.h>
#include <time.h>

enum { NSEC_PER_SEC = 1000000000 };

/*
 * Safe as far as the grant's max= goes: nothing else says how far the clock
 * may jump, and certificates, leases and logs depend on it.  The daemon's own
 * deadlines do not, they are on the monotonic clock.  The jump was measured
 * when the policy was asked, a moment ago.
 */
int
psd_do_set_clock(struct psd_call *call, const struct psd_set_clock_req *req,
    struct psd_set_clock_rep *rep)
{
	const struct timespec time = {
		.tv_sec = (time_t)(req->time / NSEC_PER_SEC),
		.tv_nsec = (long)(req->time % NSEC_PER_SEC),
	};

	(void)call;
	(void)rep;
	if (req->time < 0)
		return -EINVAL;
	return clock_settime(CLOCK_REALTIME, &time) < 0 ? -errno : 0;
}
