/* SPDX-License-Identifier: ISC */
#include "common/frame.h"

#include "common/fd.h"
#include "common/hot.h"
#include "common/record.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/*
 * The most that Linux sends with a record: what does not fit the kernel closes
 * itself, in our name, however long that takes.
 */
enum { FDS_ROOM = 253 };

/* What came with a record. */
union arrival {
	struct cmsghdr align;
	unsigned char bytes[CMSG_SPACE(FDS_ROOM * sizeof(int))];
};

struct descriptors {
	int at[FDS_ROOM];
	size_t n;
};

PSD_HOT void
psd_frame_init(struct psd_frame *frame)
{
	frame->type = 0;
	frame->op = 0;
	frame->id = 0;
	frame->status = 0;
	frame->len = 0;
	frame->n_fds = 0;
	frame->is_cut = false;
	for (size_t i = 0; i < PSD_FDS_MAX; i++)
		frame->fds[i] = PSD_NO_FD;
}

PSD_HOT void
psd_frame_clear(struct psd_frame *frame)
{
	for (size_t i = 0; i < frame->n_fds; i++)
		psd_fd_cleanup(&frame->fds[i]);
	psd_frame_init(frame);
}

/* False when the control message is none of ours. */
static bool
take_descriptors(struct cmsghdr *message, struct descriptors *fds)
{
	const size_t bytes = message->cmsg_len - CMSG_LEN(0);

	if (message->cmsg_level != SOL_SOCKET ||
	    message->cmsg_type != SCM_RIGHTS)
		return false;
	for (size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
		assert(fds->n < FDS_ROOM);
		memcpy(&fds->at[fds->n++], CMSG_DATA(message) + at,
		    sizeof(int));
	}
	return true;
}

/*
 * The kernel wrote the messages, so their lengths are right.  False when
 * something is there that a frame does not have, or is missing.
 */
static bool
take_ancillary(struct msghdr *header, struct descriptors *fds)
{
	bool fits = (header->msg_flags & MSG_CTRUNC) == 0;

	if (header->msg_controllen == 0)
		return fits;
	for (struct cmsghdr *m = CMSG_FIRSTHDR(header); m != NULL;
	     m = CMSG_NXTHDR(header, m))
		if (!take_descriptors(m, fds))
			fits = false;
	return fits && fds->n <= PSD_FDS_MAX;
}

static uint16_t
get_16(const unsigned char *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t
get_32(const unsigned char *at)
{
	return get_16(at) | (uint32_t)get_16(at + 2) << 16;
}

PSD_HOT static bool
split_header(struct psd_frame *frame)
{
	if (frame->len < PSD_FRAME_HEADER)
		return false;
	frame->type = get_16(frame->bytes);
	frame->op = get_16(frame->bytes + 2);
	frame->id = get_32(frame->bytes + 4);
	frame->status = (int32_t)get_32(frame->bytes + 8);
	if (frame->type == PSD_FRAME_REQUEST)
		return frame->status == 0;
	return frame->type == PSD_FRAME_REPLY && frame->status <= 0;
}

/*
 * Zero bytes are the end when the other side has shut down, and otherwise an
 * empty record, which nobody who speaks the protocol sends.
 */
static enum psd_heard
judge_nothing(int fd)
{
	struct pollfd look = { .fd = fd, .events = POLLRDHUP };
	int n;

	/* A look that does not wait is interrupted all the same. */
	do {
		n = poll(&look, 1, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return PSD_HEARD_ERROR;
	if ((look.revents & (POLLRDHUP | POLLHUP)) != 0)
		return PSD_HEARD_END;
	return PSD_HEARD_BROKEN;
}

static enum psd_heard
judge_error(int error)
{
	switch (error) {
	case EAGAIN:
		return PSD_HEARD_NOTHING;
	case ENOTCONN:
		return PSD_HEARD_END;
	default:
		return PSD_HEARD_ERROR;
	}
}

/*
 * ECONNRESET says once that the other side closed with records of ours
 * unread; records of its own may still be queued, so we read on.
 */
static ssize_t
receive(int fd, struct msghdr *header, int flags)
{
	const size_t room = header->msg_controllen;
	ssize_t n;

	do {
		header->msg_controllen = room;
		n = recvmsg(fd, header, flags);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	return n;
}

/* What was heard, with the descriptors still in fds. */
static enum psd_heard
hear(int fd, int wait, struct psd_frame *frame, struct descriptors *fds)
{
	union arrival control;
	struct iovec bytes = { frame->bytes, sizeof(frame->bytes) };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const int flags = MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT);
	const ssize_t n = receive(fd, &header, flags);
	bool whole, known;

	psd_frame_init(frame);
	if (n < 0)
		return judge_error(errno);
	/* At the limit of descriptors nothing but MSG_CTRUNC tells of them. */
	whole = take_ancillary(&header, fds);
	if (n == 0)
		return whole && fds->n == 0 ? judge_nothing(fd)
					    : PSD_HEARD_BROKEN;
	frame->len = (uint32_t)n;
	known = (header.msg_flags & MSG_TRUNC) == 0 && split_header(frame);
	if (known && whole)
		return PSD_HEARD_FRAME;
	/*
	 * The header was understood, the body was not cut, yet descriptors
	 * were: the frame is empty but for what tells whose they were.
	 */
	frame->is_cut = known && (header.msg_flags & MSG_CTRUNC) != 0;
	frame->len = 0;
	return PSD_HEARD_BROKEN;
}

enum psd_heard
psd_frame_recv_by(int fd, int wait, struct psd_frame *frame,
    psd_frame_drop *drop)
{
	struct descriptors fds;
	enum psd_heard heard;
	int saved;

	/* Not by an initializer, which would clear all of it. */
	fds.n = 0;
	heard = hear(fd, wait, frame, &fds);
	saved = errno;
	if (heard == PSD_HEARD_FRAME) {
		for (; frame->n_fds < fds.n; frame->n_fds++)
			frame->fds[frame->n_fds] = fds.at[frame->n_fds];
		return heard;
	}
	if (!frame->is_cut)
		psd_frame_init(frame);
	drop(fds.at, fds.n);
	errno = saved;
	return heard;
}

PSD_HOT enum psd_heard
psd_frame_recv_bare(int fd, int wait, struct psd_frame *frame)
{
	/* Says how long a record is, also when it does not fit. */
	const int flags = MSG_TRUNC | (wait ? 0 : MSG_DONTWAIT);
	ssize_t n;

	do {
		n = recv(fd, frame->bytes, sizeof(frame->bytes), flags);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	psd_frame_init(frame);
	if (n < 0)
		return judge_error(errno);
	if (n == 0)
		return judge_nothing(fd);
	frame->len = (uint32_t)n;
	if ((size_t)n <= sizeof(frame->bytes) && split_header(frame))
		return PSD_HEARD_FRAME;
	psd_frame_init(frame);
	return PSD_HEARD_BROKEN;
}

enum psd_heard
psd_frame_recv(int fd, int wait, struct psd_frame *frame)
{
	return psd_frame_recv_by(fd, wait, frame, psd_frame_close);
}

void
psd_frame_close(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		psd_fd_close(fds[i]);
}

PSD_HOT int
psd_frame_send(int fd, int wait, const struct psd_frame *frame)
{
	return psd_record_send(fd, frame->bytes, frame->len, frame->fds,
	    frame->n_fds, wait ? 0 : MSG_DONTWAIT);
}
