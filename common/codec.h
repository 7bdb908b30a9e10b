/* SPDX-License-Identifier: ISC */
#ifndef PSD_CODEC_H
#define PSD_CODEC_H

#include "common/frame.h"
#include "common/kind.h"
#include "common/ops.h"

/*
 * Fields travel in the order of the row, little-endian, without padding:
 * number, mode, permissions, access, priority, operation and protocol as 4
 * bytes; wide, moment, offset and owner as 8; endpoint as its family and port
 * of 2 bytes each, the 16 bytes of its address, and its scope of 4 bytes; path,
 * setting, label, host, site, name and text as a length of 2 bytes, the bytes,
 * and a NUL that the length does not count; bytes and lists (common/list.h) as a
 * length of 4 bytes and the bytes; fd as nothing in the body, but one descriptor
 * beside it, in order; fds as a count of 4 bytes and so many descriptors beside
 * it.
 */

/*
 * Writes header and body of a request (fields is the row's struct ..._req).
 * frame must be empty.  Moves the descriptors of fields into it, leaving
 * PSD_NO_FD behind, also when it fails.  Returns 0, -EMSGSIZE when the fields
 * do not fit their bounds or the frame, -EINVAL for a value that the kind
 * does not know.
 */
int psd_encode_request(struct psd_frame *frame, const struct psd_op_row *row,
    uint32_t id, void *fields);

/*
 * Moves the descriptors of an encoded frame that was not sent back into the
 * fields they came from, and empties it.
 */
void psd_encode_undo(struct psd_frame *frame, const struct psd_field *layout,
    void *fields);

/* The same for a reply with status 0 (fields is the row's ..._rep). */
int psd_encode_reply(struct psd_frame *frame, const struct psd_op_row *row,
    uint32_t id, void *fields);

/* A reply that is only a status: -errno, or 0 for a row without fields. */
void psd_encode_status(struct psd_frame *frame, uint16_t op, uint32_t id,
    int status);

/*
 * Reads the body of frame into ret_fields according to layout.  Every byte
 * and every descriptor must be used up; all is checked against the kind's
 * bounds.  On success returns 0, strings and bytes point into frame, and
 * descriptors have moved to ret_fields, in which what is between the fields is
 * as it was.  Otherwise returns -EBADMSG, and ret_fields is as after
 * psd_fields_init(): the descriptors are the frame's still.
 */
int psd_decode(struct psd_frame *frame, const struct psd_field *layout,
    size_t size, void *ret_fields);

/* Gives every fd field of fields the value PSD_NO_FD, all else zero. */
void psd_fields_init(const struct psd_field *layout, size_t size, void *fields);

/* Closes the descriptors that fields still own. */
void psd_fields_release(const struct psd_field *layout, void *fields);

/* A string literal or C string as a field. */
struct psd_str psd_str_of(const char *text);

#endif
