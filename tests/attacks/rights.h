/* SPDX-License-Identifier: ISC */
#ifndef TEST_ATTACK_RIGHTS_H
#define TEST_ATTACK_RIGHTS_H

/* Standard input, n times, beside a record that is none. */
#include "tests/attacks/attack.h"

static inline int
send_descriptors(int pair, int type, size_t n)
{
	union {
		char bytes[CMSG_SPACE(253 * sizeof(int))];
		struct cmsghdr header;
	} control = { .bytes = "" };
	struct iovec vector = { (char[]){ "x" }, 1 };
	struct msghdr message = { .msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)) };

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = type;
	control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
	return attack_errno(sendmsg(pair, &message, MSG_NOSIGNAL));
}

#endif
