/* SPDX-License-Identifier: ISC */
/*
 * The decoder alone, for numbers that sockets are too slow for: one body as the
 * request or the reply of one row.  What lies behind the body may not be looked
 * at, each descriptor ends up in one field, and what can be decoded is encoded
 * to the very same bytes.
 *
 * The first byte of an input says how many descriptors there are (its lower
 * half) and whether it is a reply (its highest bit), the second is the row's
 * place among all; the rest is the body.  Descriptors are numbers that nobody
 * has open, so that closing one fails an assertion of psd_fd_close().
 */
#include "common/fd.h"
#include "tests/fuzz/decoded.h"

#include <assert.h>
#include <sanitizer/asan_interface.h>
#include <string.h>

enum {
	IS_REPLY = 0x80,
	FDS_MASK = 0x0f,
	FIRST_FD = 1 << 20,
	BODY_MAX = PSD_FRAME_MAX - PSD_FRAME_HEADER,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct psd_frame frame;

static void
make_frame(const uint8_t *body, size_t len, unsigned n_fds)
{
	ASAN_UNPOISON_MEMORY_REGION(frame.bytes, sizeof(frame.bytes));
	psd_frame_init(&frame);
	if (len > 0)
		memcpy(frame.bytes + PSD_FRAME_HEADER, body, len);
	frame.len = (uint32_t)(PSD_FRAME_HEADER + len);
	for (unsigned i = 0; i < n_fds; i++)
		frame.fds[frame.n_fds++] = FIRST_FD + (int)i;
	ASAN_POISON_MEMORY_REGION(frame.bytes + frame.len,
	    sizeof(frame.bytes) - frame.len);
}

/* All of them, in order, and no other. */
static void
check_fds(const struct psd_frame *having, unsigned n_fds)
{
	assert(having->n_fds == n_fds);
	for (unsigned i = 0; i < n_fds; i++)
		assert(having->fds[i] == FIRST_FD + (int)i);
	for (unsigned i = n_fds; i < PSD_FDS_MAX; i++)
		assert(having->fds[i] == PSD_NO_FD);
}

static void
check_decoded(const struct psd_op_row *row, bool is_reply,
    union fuzz_fields *fields, unsigned n_fds)
{
	static struct psd_frame again;
	const struct psd_field *layout = is_reply ? row->rep : row->req;

	check_fds(&frame, 0);
	fuzz_check_fields(&frame, layout, fields);
	fuzz_encode_again(&frame, row, is_reply, fields, &again);
	check_fds(&again, n_fds);
	/* None is left in the fields, or this would close it. */
	psd_fields_release(layout, fields);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct psd_op_row *row;
	union fuzz_fields fields;
	unsigned n_fds;
	bool is_reply;

	if (size < 2 || size - 2 > BODY_MAX)
		return -1;
	n_fds = (data[0] & FDS_MASK) % (PSD_FDS_MAX + 1);
	is_reply = (data[0] & IS_REPLY) != 0;
	row = fuzz_row(data[1]);
	if (row == NULL)
		return -1;
	make_frame(data + 2, size - 2, n_fds);
	if (psd_decode(&frame, is_reply ? row->rep : row->req,
		is_reply ? row->rep_size : row->req_size, &fields) == 0)
		check_decoded(row, is_reply, &fields, n_fds);
	else
		check_fds(&frame, n_fds);
	return 0;
}
