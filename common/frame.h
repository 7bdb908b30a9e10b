/* SPDX-License-Identifier: ISC */
#ifndef PSD_FRAME_H
#define PSD_FRAME_H

#include "common/kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A frame is one record of a SOCK_SEQPACKET pair, little-endian:
 *
 *   0  uint16  type: 1 request, 2 reply
 *   2  uint16  operation
 *   4  uint32  id, chosen by whoever asks, given back in the reply
 *   8  int32   status of a reply: 0, or -errno and no body; 0 in a request
 *  12  body    the fields of the operation's row, in order (common/codec.h)
 *
 * Descriptors travel beside it in one SCM_RIGHTS message.
 */
enum {
	PSD_FRAME_HEADER = 12,
	PSD_FRAME_MAX = 16384, /* bytes of a record, header and body */
	PSD_PROTOCOL = 1,      /* the version that hello agrees on */
	PSD_SVC_PROTOCOL = 1,  /* the same between client and service */
};

enum psd_frame_type {
	PSD_FRAME_REQUEST = 1,
	PSD_FRAME_REPLY = 2,
};

struct psd_frame {
	uint16_t type;
	uint16_t op;
	uint32_t id;
	int32_t status;
	uint32_t len; /* of the record in bytes[], header included */
	uint32_t n_fds;
	int fds[PSD_FDS_MAX]; /* owned by the frame until taken */
	bool is_cut;          /* its descriptors were lost, see below */
	unsigned char bytes[PSD_FRAME_MAX];
};

/* What a look at the other side's records found. */
enum psd_heard {
	PSD_HEARD_FRAME,   /* one frame */
	PSD_HEARD_NOTHING, /* nothing yet; wait for the descriptor */
	PSD_HEARD_END,     /* nothing more will ever come from that side */
	PSD_HEARD_BROKEN,  /* it broke the protocol: drop it */
	PSD_HEARD_ERROR,   /* our own failure: errno tells, nothing was lost */
};

/* Makes frame empty: no bytes, no descriptors.  Does not close any. */
void psd_frame_init(struct psd_frame *frame);

/* Closes what frame still owns and empties it. */
void psd_frame_clear(struct psd_frame *frame);

/*
 * What becomes of descriptors that came where none belong.  psd_frame_close()
 * closes them here and now, which is for descriptors that the daemon sent.
 */
typedef void psd_frame_drop(const int *fds, size_t n);
psd_frame_drop psd_frame_close;

/*
 * Reads exactly one record from fd with one recvmsg() and splits its header
 * off.  frame must own nothing; on anything but PSD_HEARD_FRAME it is empty
 * afterwards.  wait says whether to block.  Too long a record, too many
 * descriptors or ancillary data of another type are PSD_HEARD_BROKEN, and
 * whatever came along is dropped.  Descriptors arrive close-on-exec.
 *
 * A receiver that is at its limit of descriptors loses those of the record:
 * broken, too, but the frame has is_cut and the header's fields, so that a
 * helper can tell which of its requests failed for that.
 */
enum psd_heard psd_frame_recv_by(int fd, int wait, struct psd_frame *frame,
    psd_frame_drop *drop);

/*
 * The same with one recv(), which is cheaper, for an end to which the kernel
 * lets no descriptor come, or where it may close what comes.
 */
enum psd_heard psd_frame_recv_bare(int fd, int wait, struct psd_frame *frame);

/* The same with psd_frame_close(). */
enum psd_heard psd_frame_recv(int fd, int wait, struct psd_frame *frame);

/*
 * Sends frame as one record with one system call; never raises SIGPIPE.
 * Returns 0, -EAGAIN when it would block and wait is 0, -EPIPE or
 * -ECONNRESET when the other side is gone, or another -errno.  frame still
 * owns its descriptors afterwards.
 */
int psd_frame_send(int fd, int wait, const struct psd_frame *frame);

#endif
