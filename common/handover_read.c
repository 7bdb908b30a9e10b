/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/handover.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

/* There is room for one; of what else came the kernel says that it was cut. */
static int
take_end(struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd;

	if (header == NULL || header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(fd)))
		return PSD_NO_FD;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static bool
is_good(const struct psd_handover *handover, int end)
{
	if (handover->version != PSD_HANDOVER_VERSION)
		return false;
	switch (handover->kind) {
	case PSD_HANDOVER_STARTED:
		return end >= 0;
	case PSD_HANDOVER_ENDED:
		return end < 0 && handover->status >= 0;
	case PSD_HANDOVER_REFUSED:
		return end < 0 && handover->status < 0;
	default:
		return false;
	}
}

int
psd_handover_receive(int fd, struct psd_handover *ret, int *ret_end)
{
	_cleanup_fd_ int end = PSD_NO_FD;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct psd_handover handover;
	struct iovec record = { &handover, sizeof(handover) };
	struct msghdr message = {
		.msg_iov = &record,
		.msg_iovlen = 1,
		.msg_control = &control,
	};
	bool was_reset = false;
	ssize_t n;

	do {
		/* Not CMSG_SPACE(), whose padding is room for a second. */
		message.msg_controllen = CMSG_LEN(sizeof(int));
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
		/*
		 * The other side closed without reading our word, which is
		 * told once, and before what it said.
		 */
		if (n < 0 && errno == ECONNRESET && !was_reset) {
			was_reset = true;
			errno = EINTR;
		}
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	end = take_end(&message);
	if (n == 0 && end < 0)
		return -EPIPE;
	if (n != sizeof(handover) ||
	    (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
	    !is_good(&handover, end))
		return -EBADMSG;
	*ret = handover;
	*ret_end = psd_fd_take(&end);
	return 0;
}
