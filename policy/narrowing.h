/* SPDX-License-Identifier: ISC */
#ifndef PSD_NARROWING_H
#define PSD_NARROWING_H

#include "policy/rights.h"

/* What policy/rights.c and policy/narrow.c share. */

struct psd_used {
	unsigned references;
	uint32_t n;    /* marks that lines refer to by their index */
	uint32_t room; /* for more, of lines that are narrowed */
	uint8_t at[];
};

/*
 * The lines of one request, as a policy that holds nothing but them: for each
 * operation that it was about, all that the conversation has.
 */
struct psd_narrowing {
	unsigned references;
	struct psd_policy *lines;
};

#endif
