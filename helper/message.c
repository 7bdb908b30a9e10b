/* SPDX-License-Identifier: ISC */
#include "helper/message.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

int
psd_message_give(const struct privsep_message *message,
    struct psd_bytes *ret_bytes, struct psd_fds *ret_fds)
{
	if (message->len > PSD_BYTES_MAX || message->n_fds > PSD_FDS_MAX)
		return -EMSGSIZE;
	ret_bytes->at = message->bytes;
	ret_bytes->len = (uint32_t)message->len;
	for (size_t i = 0; i < message->n_fds; i++) {
		const int copy = fcntl(message->fds[i], F_DUPFD_CLOEXEC, 0);

		if (copy < 0)
			return -errno;
		ret_fds->at[ret_fds->n++] = copy;
	}
	return 0;
}

int
psd_message_take(const struct psd_bytes *bytes, struct psd_fds *fds,
    struct privsep_buffer *ret)
{
	ret->len = 0;
	ret->n_fds = 0;
	if (bytes->len > ret->size) {
		for (uint32_t i = 0; i < fds->n; i++)
			psd_fd_cleanup(&fds->at[i]);
		return -ERANGE;
	}
	if (bytes->len > 0)
		memcpy(ret->bytes, bytes->at, bytes->len);
	ret->len = bytes->len;
	for (uint32_t i = 0; i < fds->n; i++)
		ret->fds[ret->n_fds++] = psd_fd_take(&fds->at[i]);
	return 0;
}

int
psd_message_hear(struct psd_exchange *exchange, psd_deadline deadline)
{
	for (;;) {
		const int r =
		    psd_deadline_poll(exchange->conv.fd, POLLIN, deadline);

		if (r < 0)
			return r;
		psd_frame_init(exchange->in);
		switch (psd_conv_recv(&exchange->conv, 0, exchange->in)) {
		case PSD_HEARD_FRAME:
			return 0;
		case PSD_HEARD_NOTHING:
			break;
		case PSD_HEARD_END:
			return -EPIPE;
		case PSD_HEARD_BROKEN:
			return -EPROTO;
		case PSD_HEARD_ERROR:
			return -errno;
		}
	}
}

int
psd_message_say(struct psd_exchange *exchange, psd_deadline deadline)
{
	int r;

	for (;;) {
		r = psd_conv_send(&exchange->conv, 0, &exchange->out);
		if (r != -EAGAIN)
			break;
		r = psd_deadline_poll(exchange->conv.fd, POLLOUT, deadline);
		if (r < 0)
			break;
	}
	psd_frame_clear(&exchange->out);
	return r == -ECONNRESET ? -EPIPE : r;
}
