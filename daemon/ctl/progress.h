/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_PROGRESS_H
#define PSD_CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* The line of --progress, on a terminal that is our standard error. */
struct psd_progress {
	bool is_on;
	uint64_t started_usec, shown_usec; /* monotonic; 0: never shown */
};

/* is_wanted, and there is a terminal to show it on. */
void psd_progress_begin(struct psd_progress *progress, bool is_wanted);

/* Shows how many bytes went in and out, some times a second. */
void psd_progress_show(struct psd_progress *progress, uint64_t in,
    uint64_t out);

/* The line stays as it was last; what follows begins a new one. */
void psd_progress_end(struct psd_progress *progress);

#endif
