/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/clock.h"

uint64_t
psd_ctl_clock(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
