/* SPDX-License-Identifier: ISC */
/*
 * Arbitrary bytes and descriptors through a real pair: what psd_frame_recv()
 * takes is decoded as the request and the reply of every row of all
 * catalogues, and what can be decoded must be encoded to the very same bytes.
 *
 * The first byte of an input says how many descriptors come beside the record
 * (its lower half) and whether the other side then shuts down (its highest
 * bit); the rest is the record.
 */
#include "common/fd.h"
#include "common/pair.h"
#include "tests/fuzz/decoded.h"

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

/* Descriptors arrive open, close-on-exec, and nobody else's. */
static void
check_fds(const struct psd_field *layout, const union fuzz_fields *fields)
{
	struct psd_fds fds;
	int fd;

	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++) {
		const unsigned char *at = fields->bytes + f->offset;

		if (f->kind == PSD_KIND_fd) {
			memcpy(&fd, at, sizeof(fd));
			assert(fcntl(fd, F_GETFD) == FD_CLOEXEC);
		}
		if (f->kind != PSD_KIND_fds)
			continue;
		memcpy(&fds, at, sizeof(fds));
		assert(fds.n <= PSD_FDS_MAX);
		for (uint32_t i = 0; i < fds.n; i++)
			assert(fcntl(fds.at[i], F_GETFD) == FD_CLOEXEC);
	}
}

/* What was written again can be read again. */
static void
encode_again(const struct psd_frame *frame, const struct psd_op_row *row,
    bool is_reply, union fuzz_fields *fields)
{
	static struct psd_frame again;
	const struct psd_field *layout = is_reply ? row->rep : row->req;
	const size_t size = is_reply ? row->rep_size : row->req_size;
	union fuzz_fields decoded;
	int r;

	fuzz_encode_again(frame, row, is_reply, fields, &again);
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
	union fuzz_fields fields;

	copy_frame(&copy, frame);
	if (psd_decode(&copy, layout, size, &fields) < 0) {
		assert(copy.n_fds == frame->n_fds);
		psd_frame_clear(&copy);
		return;
	}
	assert(copy.n_fds == 0);
	fuzz_check_fields(&copy, layout, &fields);
	check_fds(layout, &fields);
	encode_again(&copy, row, is_reply, &fields);
	psd_fields_release(layout, &fields);
	psd_frame_clear(&copy);
}

static void
decode_as_everything(const struct psd_frame *frame)
{
	for (size_t i = 0; fuzz_row(i) != NULL; i++) {
		decode_as(frame, fuzz_row(i), false);
		decode_as(frame, fuzz_row(i), true);
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
