/* SPDX-License-Identifier: ISC */
/*
 * Arbitrary bytes and descriptors through a real pair: what psd_frame_recv()
 * takes is decoded as the request and the reply of every row of both
 * catalogues, and what can be decoded must be encoded to the very same bytes.
 *
 * The first byte of an input says how many descriptors come beside the record
 * (its lower half) and whether the other side then shuts down (its highest
 * bit); the rest is the record.
 */
#include "common/codec.h"
#include "common/fd.h"
#include "common/pair.h"

#include <assert.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SHUTS_DOWN = 0x80, FDS_MASK = 0x0f, RECORD_MAX = 2 * PSD_FRAME_MAX };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

union any_fields {
	union psd_any_req req;
	union psd_any_rep rep;
	unsigned char bytes[1];
};

/* The lowest number that is free: the same before and after, or we leak. */
static int
lowest_free(void)
{
	const int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	assert(fd >= 0);
	psd_fd_close(fd);
	return fd;
}

static void
send_record(int fd, const uint8_t *bytes, size_t len, size_t n_fds)
{
	union {
		struct cmsghdr align;
		unsigned char bytes[CMSG_SPACE(FDS_MASK * sizeof(int))];
	} control;
	struct iovec vector = { (void *)(uintptr_t)bytes, len };
	struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1 };
	ssize_t n;

	memset(&control, 0, sizeof(control));
	if (n_fds > 0) {
		header.msg_control = &control;
		header.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
	}
	for (size_t i = 0; i < n_fds; i++) {
		const int none = STDERR_FILENO;

		memcpy(CMSG_DATA(&control.align) + i * sizeof(int), &none,
		    sizeof(none));
	}
	n = sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	assert(n == (ssize_t)len);
}

/* Copies a frame whose descriptors then have two owners: each its own. */
static void
copy_frame(struct psd_frame *copy, const struct psd_frame *frame)
{
	*copy = *frame;
	for (uint32_t i = 0; i < frame->n_fds; i++) {
		copy->fds[i] = fcntl(frame->fds[i], F_DUPFD_CLOEXEC, 0);
		assert(copy->fds[i] >= 0);
	}
}

static bool
is_inside(const struct psd_frame *frame, const void *at, size_t len)
{
	const unsigned char *first = at;

	return first >= frame->bytes + PSD_FRAME_HEADER &&
	    first <= frame->bytes + frame->len &&
	    (size_t)(frame->bytes + frame->len - first) >= len;
}

/* What a decoded field promises to whoever uses it. */
static void
check_field(const struct psd_frame *frame, enum psd_kind kind, const void *at)
{
	struct psd_str text;
	struct psd_bytes bytes;
	uint32_t value;
	struct psd_fds fds;
	int fd;

	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_permissions:
		memcpy(&value, at, sizeof(value));
		assert(psd_kind_is_valid(kind, value));
		break;
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		memcpy(&text, at, sizeof(text));
		assert(text.len <= psd_kind_string_max(kind));
		assert(is_inside(frame, text.at, (size_t)text.len + 1));
		assert(strlen(text.at) == text.len);
		break;
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		memcpy(&bytes, at, sizeof(bytes));
		assert(bytes.len <= PSD_BYTES_MAX);
		assert(is_inside(frame, bytes.at, bytes.len));
		break;
	case PSD_KIND_fd:
		memcpy(&fd, at, sizeof(fd));
		assert(fcntl(fd, F_GETFD) == FD_CLOEXEC);
		break;
	case PSD_KIND_fds:
		memcpy(&fds, at, sizeof(fds));
		assert(fds.n <= PSD_FDS_MAX);
		for (uint32_t i = 0; i < fds.n; i++)
			assert(fcntl(fds.at[i], F_GETFD) == FD_CLOEXEC);
		break;
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
	case PSD_KIND_endpoint:
	case PSD_KIND_end:
		break;
	}
}

/* There is one way only to write each message. */
static void
encode_again(const struct psd_frame *frame, const struct psd_op_row *row,
    bool is_reply, union any_fields *fields)
{
	static struct psd_frame again;
	const struct psd_field *layout = is_reply ? row->rep : row->req;
	const size_t size = is_reply ? row->rep_size : row->req_size;
	union any_fields decoded;
	int r;

	psd_frame_init(&again);
	r = is_reply ? psd_encode_reply(&again, row, frame->id, fields)
		     : psd_encode_request(&again, row, frame->id, fields);
	assert(r == 0);
	assert(again.len == frame->len);
	assert(memcmp(again.bytes + PSD_FRAME_HEADER,
		   frame->bytes + PSD_FRAME_HEADER,
		   frame->len - PSD_FRAME_HEADER) == 0);
	r = psd_decode(&again, layout, size, &decoded);
	assert(r == 0);
	psd_fields_release(layout, &decoded);
	psd_frame_clear(&again);
}

static void
decode_as(const struct psd_frame *frame, const struct psd_op_row *row,
    bool is_reply)
{
	static struct psd_frame copy;
	const struct psd_field *layout = is_reply ? row->rep : row->req;
	const size_t size = is_reply ? row->rep_size : row->req_size;
	union any_fields fields;

	copy_frame(&copy, frame);
	if (psd_decode(&copy, layout, size, &fields) < 0) {
		assert(copy.n_fds == frame->n_fds);
		psd_frame_clear(&copy);
		return;
	}
	assert(copy.n_fds == 0);
	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++)
		check_field(&copy, f->kind, fields.bytes + f->offset);
	encode_again(&copy, row, is_reply, &fields);
	psd_fields_release(layout, &fields);
	psd_frame_clear(&copy);
}

static void
decode_as_everything(const struct psd_frame *frame)
{
	for (size_t i = 0; i < psd_op_count; i++) {
		decode_as(frame, &psd_op_rows[i], false);
		decode_as(frame, &psd_op_rows[i], true);
	}
	for (uint32_t number = PSD_OPS_END; psd_ctl_find(number) != NULL;
	     number++) {
		decode_as(frame, psd_ctl_find(number), false);
		decode_as(frame, psd_ctl_find(number), true);
	}
	for (uint32_t number = PSD_OP_lookup_host;
	     psd_lookup_find(number) != NULL; number++) {
		decode_as(frame, psd_lookup_find(number), false);
		decode_as(frame, psd_lookup_find(number), true);
	}
	for (uint32_t number = PSD_SVC_BEGIN; psd_svc_find(number) != NULL;
	     number++) {
		decode_as(frame, psd_svc_find(number), false);
		decode_as(frame, psd_svc_find(number), true);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct psd_frame frame;
	const int before = lowest_free();
	enum psd_heard heard;
	int ends[2];

	if (size == 0 || size > RECORD_MAX)
		return 0;
	if (psd_pair(SOCK_SEQPACKET, ends) < 0)
		return 0;
	send_record(ends[0], data + 1, size - 1, data[0] & FDS_MASK);
	if ((data[0] & SHUTS_DOWN) != 0)
		(void)shutdown(ends[0], SHUT_WR);
	psd_frame_init(&frame);
	heard = psd_frame_recv(ends[1], 0, &frame);
	assert(heard != PSD_HEARD_NOTHING && heard != PSD_HEARD_ERROR);
	if (heard == PSD_HEARD_FRAME)
		decode_as_everything(&frame);
	else
		assert(frame.n_fds == 0 && frame.len == 0);
	psd_frame_clear(&frame);
	psd_fd_close(ends[0]);
	psd_fd_close(ends[1]);
	assert(lowest_free() == before);
	return 0;
}
