/* SPDX-License-Identifier: ISC */
#ifndef RECORD_H
#define RECORD_H

/* Records that a test has made, past the library. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* privsep-protocol(7) */
enum {
	RECORD_STATUS = 8,
	RECORD_HEADER = 12,
	RECORD_MAX = 2048,
	RECORD_FDS = 4
};

/* Sends a record with n copies of a descriptor beside it. */
static bool
record_send(int pair, const void *bytes, size_t len, int fd, size_t n)
{
	union {
		char bytes[CMSG_SPACE(RECORD_FDS * sizeof(int))];
		struct cmsghdr header;
	} control = { .bytes = "" };
	struct iovec vector = { .iov_base = (void *)(uintptr_t)bytes,
		.iov_len = len };
	struct msghdr message = { .msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)) };

	/* No filter but that for it lets sendmsg() pass. */
	if (n == 0)
		return send(pair, bytes, len, MSG_NOSIGNAL) >= 0;
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
	for (size_t i = 0; i < n; i++)
		memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &fd,
		    sizeof(fd));
	return sendmsg(pair, &message, MSG_NOSIGNAL) >= 0;
}

/*
 * "N HEX": sends these bytes with N copies of fd, and takes the status of the
 * answer, whatever comes first.
 */
static bool
record_ask(int pair, int fd, const char *text, int32_t *ret_status)
{
	unsigned char record[RECORD_MAX];
	char *hex;
	const unsigned long n = strtoul(text, &hex, 10);
	size_t len = 0;
	unsigned byte;

	hex += strspn(hex, " ");
	while (len < sizeof(record) && sscanf(hex + 2 * len, "%2x", &byte) == 1)
		record[len++] = (unsigned char)byte;
	if (n > RECORD_FDS || !record_send(pair, record, len, fd, n) ||
	    recv(pair, record, sizeof(record), 0) < RECORD_HEADER)
		return false;
	memcpy(ret_status, record + RECORD_STATUS, sizeof(*ret_status));
	return true;
}

#endif
