/* SPDX-License-Identifier: ISC */
/*
 * A ping with control messages beside it, one, two and three of them in every
 * order: known, unknown, forged, and of lengths that cannot be.
 */
#include "tests/attacks/attack.h"

#include <sys/un.h>

enum { PARTS = 9, ROOM = 512 };

static size_t
put_header(unsigned char *at, int level, int type, size_t len)
{
	const struct cmsghdr header = { .cmsg_len = len,
		.cmsg_level = level,
		.cmsg_type = type };

	memcpy(at, &header, sizeof(header));
	return CMSG_SPACE(0);
}

static size_t
put_descriptor(unsigned char *at, int fd)
{
	(void)put_header(at, SOL_SOCKET, SCM_RIGHTS, CMSG_LEN(sizeof(fd)));
	memcpy(at + CMSG_LEN(0), &fd, sizeof(fd));
	return CMSG_SPACE(sizeof(fd));
}

static size_t
put_credentials(unsigned char *at, uid_t uid)
{
	const struct ucred who = { getpid(), uid, getgid() };

	(void)put_header(at, SOL_SOCKET, SCM_CREDENTIALS,
	    CMSG_LEN(sizeof(who)));
	memcpy(at + CMSG_LEN(0), &who, sizeof(who));
	return CMSG_SPACE(sizeof(who));
}

/* What the kernel takes and nobody sees stands first. */
static size_t
put_part(unsigned char *at, unsigned part)
{
	switch (part) {
	case 0:
		return put_credentials(at, getuid());
	case 1:
		return put_credentials(at, 0);
	case 2:
		return put_header(at, SOL_SOCKET, 0x7f, CMSG_LEN(0));
	case 3:
		return put_header(at, 6, SCM_RIGHTS, CMSG_LEN(0));
	case 4:
		return put_header(at, SOL_SOCKET, SCM_RIGHTS, 0);
	case 5:
		return put_header(at, SOL_SOCKET, SCM_RIGHTS, (size_t)-1);
	case 6:
		return put_header(at, SOL_SOCKET, SCM_RIGHTS, CMSG_LEN(3));
	case 7:
		return put_descriptor(at, -1);
	default:
		return put_descriptor(at, STDIN_FILENO);
	}
}

static int
send_parts(int pair, unsigned long order, int n)
{
	union {
		struct cmsghdr align;
		unsigned char bytes[ROOM];
	} control = { .bytes = { 0 } };
	unsigned char ping[PSD_FRAME_HEADER + 8] = { 0 };
	struct iovec vector = { ping, sizeof(ping) };
	struct msghdr message = { .msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control };

	(void)attack_header(ping, PSD_FRAME_REQUEST, 2, 0);
	for (; n > 0; n--, order /= PARTS)
		message.msg_controllen +=
		    put_part(control.bytes + message.msg_controllen,
			(unsigned)(order % PARTS));
	return attack_errno(
	    sendmsg(pair, &message, MSG_NOSIGNAL | MSG_DONTWAIT));
}

ATTACK(control_messages, ATTACK_OTHERS)
{
	unsigned long orders = 1;
	int r = 0;

	for (int n = 1; n <= 3; n++) {
		orders *= PARTS;
		for (unsigned long order = 0; order < orders; order++)
			if (r != EPIPE)
				r = send_parts(arena->pair, order, n);
	}
	return r;
}
