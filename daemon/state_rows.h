/* SPDX-License-Identifier: ISC */
#ifndef PSD_STATE_ROWS_H
#define PSD_STATE_ROWS_H

#include "common/ops.h"
#include "daemon/state.h"

/* What daemon/state.c and daemon/state_read.c share. */

enum {
	PSD_STATE_MAX = 1 << 30,      /* bytes of a state */
	PSD_STATE_FDS_MAX = 1 << 20,  /* descriptors that go along */
	PSD_STATE_BYTES_MAX = 1 << 21 /* that one record has behind it */
};

/*
 * What the memory begins with; no holes.  Then come the numbers of all
 * descriptors, then the records: each has its number and the length of its
 * fields in front of them, 4 bytes each, and its fields as they travel in a
 * frame.
 */
struct psd_state_head {
	char magic[8];
	uint32_t version;
	uint32_t n_fds;
	uint64_t n_bytes; /* of all records */
};

extern const char psd_state_magic[8];

/* A record's row, with its fields as those of a request, or NULL. */
const struct psd_op_row *psd_state_row(uint32_t number);

#endif
