/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_TOP_H
#define PSD_CTL_TOP_H

#include "common/kind.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a service did between two looks, and what it is at the second. */
struct psd_top_row {
	char name[PSD_NAME_MAX + 1], state[16];
	int64_t ready, instances;
	double requests, refused; /* a second; refused calls are among these */
	int64_t ended, ended_badly;
	int64_t memory_bytes;
	int64_t p50_usec, p99_usec; /* -1: no request was answered at once */
};

struct psd_top {
	struct psd_top_row *rows; /* owned */
	size_t n;
	char version[PSD_NAME_MAX + 1];
	int64_t uptime_usec;
};

/*
 * From what psd_ctl_sample() gave earlier, or NULL: since the daemon's start,
 * and now.  False when memory is short.
 */
bool psd_top_compare(const json_t *earlier, const json_t *now,
    struct psd_top *ret);
void psd_top_free(struct psd_top *top);

/* By one of the letters "nrfeml"; what is most comes first, then by name. */
void psd_top_sort(struct psd_top *top, char key);
bool psd_top_is_key(char key);

#endif
