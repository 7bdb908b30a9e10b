/* SPDX-License-Identifier: ISC */
#ifndef PSD_SEALED_FORM_H
#define PSD_SEALED_FORM_H

#include "common/sealed.h"

/*
 * How a plan lies in the memory, for the monitor that writes it and the library
 * that reads it.
 */
#define PSD_SEALED_MAGIC "psdplan"
enum { PSD_SEALED_VERSION = 1 };

enum psd_sealed_flags {
	PSD_SEALED_SET_IDS = 1 << 0,
	PSD_SEALED_IS_UNPRIVILEGED = 1 << 1,
	PSD_SEALED_WANT_LISTENER = 1 << 2,
	PSD_SEALED_HAS_LANDLOCK = 1 << 3,
	PSD_SEALED_HAS_OUTPUT = 1 << 4,
	PSD_SEALED_FLAGS = (1 << 5) - 1,
};

/* What the memory begins with; no holes.  Then come the four arrays. */
struct psd_sealed_head {
	char magic[8];
	uint32_t version;
	uint32_t flags;
	uint32_t uid, gid;
	uint32_t report_number;
	uint32_t keep;
	uint32_t n_limits, n_numbers, n_filter, n_plain;
};

struct psd_sealed_limit {
	uint64_t resource;
	uint64_t soft, hard;
};

/* Where the arrays are in the memory. */
struct psd_sealed_places {
	size_t limits, numbers, filter, plain, end;
};

/* False when a count is more than there is room for. */
bool psd_sealed_places(const struct psd_sealed_head *head,
    struct psd_sealed_places *ret);

#endif
