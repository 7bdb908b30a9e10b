/* SPDX-License-Identifier: ISC */
#include "common/record.h"

#include "common/hot.h"
#include "common/kind.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

static ssize_t
send_with_descriptors(int fd, const void *bytes, size_t len, const int *fds,
    size_t n_fds, int flags)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(PSD_FDS_MAX * sizeof(int))];
	} control;
	struct iovec record = { (void *)(uintptr_t)bytes, len };
	const struct msghdr message = {
		.msg_iov = &record,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n_fds * sizeof(int)),
	};

	assert(n_fds <= PSD_FDS_MAX);
	/* The padding behind the last descriptor must not carry our stack. */
	memset(&control, 0, sizeof(control));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
	memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
	return sendmsg(fd, &message, flags);
}

PSD_HOT int
psd_record_send(int fd, const void *bytes, size_t len, const int *fds,
    size_t n_fds, int flags)
{
	ssize_t n;

	do {
		/* A helper's filter has no sendmsg() unless it needs one. */
		n = n_fds == 0 ? send(fd, bytes, len, flags | MSG_NOSIGNAL)
			       : send_with_descriptors(fd, bytes, len, fds,
				     n_fds, flags | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	/* A record goes whole or not at all. */
	return (size_t)n == len ? 0 : -EMSGSIZE;
}
