/* SPDX-License-Identifier: ISC */
#include "common/handover.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int
psd_handover_send(int fd, const struct psd_handover *handover, int end)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(end))];
	} control;
	struct iovec record = { (void *)(uintptr_t)handover,
		sizeof(*handover) };
	struct msghdr message = { .msg_iov = &record, .msg_iovlen = 1 };
	ssize_t n;

	memset(&control, 0, sizeof(control));
	if (end >= 0) {
		control.header = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(end)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(&control.header), &end, sizeof(end));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	do {
		n = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}
