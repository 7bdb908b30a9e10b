/* SPDX-License-Identifier: ISC */
#ifndef FUZZ_DECODED_H
#define FUZZ_DECODED_H

#include "common/codec.h"

/* What fuzz_frame and fuzz_decode hold against every decoded frame. */

union fuzz_fields {
	union psd_any_req req;
	union psd_any_rep rep;
	unsigned char bytes[1];
};

/* The rows of all catalogues, one after the other; NULL behind the last. */
const struct psd_op_row *fuzz_row(size_t index);

/* Fails unless each field, descriptors left out, is what its kind promises. */
void fuzz_check_fields(const struct psd_frame *frame,
    const struct psd_field *layout, const union fuzz_fields *fields);

/*
 * There is one way only to write each message: encodes the fields, whose
 * descriptors move into ret, and fails unless that is frame byte for byte.
 */
void fuzz_encode_again(const struct psd_frame *frame,
    const struct psd_op_row *row, bool is_reply, union fuzz_fields *fields,
    struct psd_frame *ret);

#endif
