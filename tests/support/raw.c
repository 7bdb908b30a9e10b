/* SPDX-License-Identifier: ISC */
#include "tests/support/raw.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

static unsigned char *
put(unsigned char *at, uint32_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*at++ = (unsigned char)(value >> (8 * i));
	return at;
}

void
test_raw_header(unsigned char *ret, uint16_t type, uint16_t op, uint32_t id,
    int32_t status)
{
	ret = put(ret, type, 2);
	ret = put(ret, op, 2);
	ret = put(ret, id, 4);
	(void)put(ret, (uint32_t)status, 4);
}

ssize_t
test_raw_send(int fd, const void *bytes, size_t len, const int *fds,
    size_t n_fds)
{
	union {
		struct cmsghdr align;
		unsigned char bytes[CMSG_SPACE(TEST_RAW_FDS * sizeof(int))];
	} control;
	struct iovec vector = { (void *)(uintptr_t)bytes, len };
	struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1 };
	ssize_t n;

	if (n_fds > TEST_RAW_FDS)
		return -EINVAL;
	if (n_fds > 0) {
		memset(&control, 0, sizeof(control));
		header.msg_control = &control;
		header.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, n_fds * sizeof(int));
	}
	n = sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
	return n < 0 ? -errno : n;
}
