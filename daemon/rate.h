/* SPDX-License-Identifier: ISC */
#ifndef PSD_RATE_H
#define PSD_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* At most burst events at once, refilled at burst an interval. */
struct psd_rate {
	uint64_t interval_usec; /* 0: unlimited */
	uint32_t burst;
	uint32_t left;
	uint64_t since_usec;
	uint64_t suppressed; /* since the last one that passed */
};

/* For what is told of a state that lasts: once a minute will do. */
enum { PSD_RATE_LASTING_USEC = 60 * 1000000 };

void psd_rate_init(struct psd_rate *rate, uint32_t burst,
    uint64_t interval_usec);

/* May one more happen now?  Counts it as suppressed when not. */
bool psd_rate_pass(struct psd_rate *rate, uint64_t now_usec);

/* Returns how many were suppressed, and forgets them. */
uint64_t psd_rate_take_suppressed(struct psd_rate *rate);

/* When the next one may pass, in the clock of now_usec. */
uint64_t psd_rate_next_usec(const struct psd_rate *rate);

#endif
