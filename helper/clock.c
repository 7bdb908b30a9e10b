/* SPDX-License-Identifier: ISC */
/* The C library's functions for the clock. */
#include "helper/libc.h"
#include "helper/privsep.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/time.h>

enum { USEC_PER_SEC = 1000000, NSEC_PER_USEC = 1000 };

/* False when it does not fit; tv_usec may be negative where time may be. */
static bool
nanoseconds(const struct timeval *time, int64_t *ret)
{
	int64_t usec;

	return !__builtin_mul_overflow((int64_t)time->tv_sec,
		   (int64_t)USEC_PER_SEC, &usec) &&
	    !__builtin_add_overflow(usec, (int64_t)time->tv_usec, &usec) &&
	    !__builtin_mul_overflow(usec, (int64_t)NSEC_PER_USEC, ret);
}

int
privsep_adjtime(struct privsep *conversation, const struct timeval *delta,
    struct timeval *old_delta)
{
	int64_t offset;

	/* What is left of the last one is not told to a helper. */
	if (old_delta != NULL || delta == NULL || !nanoseconds(delta, &offset))
		return psd_libc_result(-EINVAL);
	return psd_libc_result(privsep_adjust_clock(conversation, offset));
}

int
privsep_settimeofday(struct privsep *conversation, const struct timeval *time,
    const struct timezone *zone)
{
	int64_t moment;

	if (zone != NULL || time == NULL || time->tv_usec < 0 ||
	    time->tv_usec >= USEC_PER_SEC || !nanoseconds(time, &moment))
		return psd_libc_result(-EINVAL);
	return psd_libc_result(privsep_set_clock(conversation, moment));
}
