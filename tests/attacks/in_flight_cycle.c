/* SPDX-License-Identifier: ISC */
/*
 * Sockets that are on their way to each other and to nobody else: the kernel
 * has to look for them, and whoever sends a descriptor may have to wait.
 */
#include "tests/attacks/attack.h"

enum { ROUNDS = 1000 };

static int
send_socket(int to, int what)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { .bytes = "" };
	struct iovec vector = { (char[]){ "x" }, 1 };
	struct msghdr message = { .msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &what, sizeof(what));
	return attack_errno(sendmsg(to, &message, MSG_NOSIGNAL));
}

ATTACK(in_flight_cycle, ATTACK_OTHERS)
{
	int r = 0;

	for (int i = 0; i < ROUNDS && r == 0; i++) {
		int ends[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) <
		    0)
			return errno;
		r = send_socket(ends[0], ends[0]);
		if (r == 0)
			r = send_socket(ends[1], ends[1]);
		(void)close(ends[0]);
		(void)close(ends[1]);
	}
	return r;
}
