/* SPDX-License-Identifier: ISC */
#include "daemon/rate.h"

void
psd_rate_init(struct psd_rate *rate, uint32_t burst, uint64_t interval_usec)
{
	*rate = (struct psd_rate){
		.interval_usec = interval_usec,
		.burst = burst,
		.left = burst,
	};
}

bool
psd_rate_pass(struct psd_rate *rate, uint64_t now_usec)
{
	if (rate->interval_usec == 0)
		return true;
	if (now_usec - rate->since_usec >= rate->interval_usec) {
		rate->since_usec = now_usec;
		rate->left = rate->burst;
	}
	if (rate->left == 0) {
		rate->suppressed++;
		return false;
	}
	rate->left--;
	return true;
}

uint64_t
psd_rate_take_suppressed(struct psd_rate *rate)
{
	const uint64_t suppressed = rate->suppressed;

	rate->suppressed = 0;
	return suppressed;
}

uint64_t
psd_rate_next_usec(const struct psd_rate *rate)
{
	return rate->since_usec + rate->interval_usec;
}
