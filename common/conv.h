/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONV_H
#define PSD_CONV_H

#include "common/frame.h"

/*
 * A conversation over one end of a pair.  Its end is said with shutdown(),
 * never with close() alone: close() gives the other side end-of-file only
 * when no copy of the descriptor is left anywhere, and a copy may have leaked
 * into another child (POSIX.1-2024, socketpair(), rationale); shutdown() acts
 * on the socket itself.
 */
enum psd_conv_state {
	PSD_CONV_OPEN,
	PSD_CONV_LOCAL_ENDED,  /* we have shut down, the other side has not */
	PSD_CONV_REMOTE_ENDED, /* the other way round */
	PSD_CONV_CLOSED,       /* both, or the other side is gone */
};

struct psd_conv {
	int fd; /* owned */
	enum psd_conv_state state;
	psd_frame_drop *drop; /* of descriptors that do not belong, and of fd
				 itself with what is on its way to it */
	bool is_bare;         /* the kernel lets no descriptor come */
};

/* Takes over fd.  What does not belong is closed here and now. */
void psd_conv_init(struct psd_conv *conv, int fd);

/*
 * Has the kernel refuse descriptors at the sender, if it can; elsewhere a
 * frame with one goes on being a broken protocol.
 */
void psd_conv_refuse_fds(struct psd_conv *conv);

/*
 * psd_frame_recv() that also keeps the state: PSD_HEARD_END moves it on.  In
 * a state where nothing more can come it answers PSD_HEARD_END at once.
 */
enum psd_heard psd_conv_recv(struct psd_conv *conv, int wait,
    struct psd_frame *frame);

/*
 * psd_frame_send() that also keeps the state.  -EPIPE without a system call
 * once our side has ended.
 */
int psd_conv_send(struct psd_conv *conv, int wait,
    const struct psd_frame *frame);

/*
 * Says that nothing more comes from us: shutdown(SHUT_WR).  What we sent
 * before is still delivered, and we go on receiving.  Saying it twice does
 * nothing.  Returns 0 or -errno.
 */
int psd_conv_end(struct psd_conv *conv);

/*
 * Ends both directions at once with shutdown(SHUT_RDWR), whoever else holds
 * a copy, and closes our end.  For a conversation that is over or broken.
 */
void psd_conv_close(struct psd_conv *conv);

#endif
