/* SPDX-License-Identifier: ISC */
#include "common/conv.h"

#include "common/fd.h"
#include "common/hot.h"
#include "common/sys.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

void
psd_conv_init(struct psd_conv *conv, int fd)
{
	conv->fd = fd;
	conv->state = PSD_CONV_OPEN;
	conv->drop = psd_frame_close;
	conv->is_bare = false;
}

void
psd_conv_refuse_fds(struct psd_conv *conv)
{
	conv->is_bare = psd_sys_pass_rights(conv->fd, false);
}

static bool
local_ended(const struct psd_conv *conv)
{
	return conv->state == PSD_CONV_LOCAL_ENDED ||
	    conv->state == PSD_CONV_CLOSED;
}

static bool
remote_ended(const struct psd_conv *conv)
{
	return conv->state == PSD_CONV_REMOTE_ENDED ||
	    conv->state == PSD_CONV_CLOSED;
}

PSD_HOT enum psd_heard
psd_conv_recv(struct psd_conv *conv, int wait, struct psd_frame *frame)
{
	enum psd_heard heard;

	if (remote_ended(conv))
		return PSD_HEARD_END;
	heard = conv->is_bare
	    ? psd_frame_recv_bare(conv->fd, wait, frame)
	    : psd_frame_recv_by(conv->fd, wait, frame, conv->drop);
	if (heard == PSD_HEARD_END)
		conv->state =
		    local_ended(conv) ? PSD_CONV_CLOSED : PSD_CONV_REMOTE_ENDED;
	return heard;
}

PSD_HOT int
psd_conv_send(struct psd_conv *conv, int wait, const struct psd_frame *frame)
{
	if (local_ended(conv))
		return -EPIPE;
	return psd_frame_send(conv->fd, wait, frame);
}

int
psd_conv_end(struct psd_conv *conv)
{
	if (local_ended(conv))
		return 0;
	/* ENOTCONN: the other side is gone already, which is an end, too. */
	if (shutdown(conv->fd, SHUT_WR) < 0 && errno != ENOTCONN)
		return -errno;
	conv->state =
	    remote_ended(conv) ? PSD_CONV_CLOSED : PSD_CONV_LOCAL_ENDED;
	return 0;
}

void
psd_conv_close(struct psd_conv *conv)
{
	const int fd = psd_fd_take(&conv->fd);

	if (fd >= 0) {
		(void)shutdown(fd, SHUT_RDWR);
		conv->drop(&fd, 1);
	}
	conv->state = PSD_CONV_CLOSED;
}
