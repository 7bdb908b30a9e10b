/* SPDX-License-Identifier: ISC */
#ifndef TEST_SERVICE_FIXTURE_H
#define TEST_SERVICE_FIXTURE_H

#include "common/codec.h"
#include "common/fd.h"
#include "common/pair.h"
#include "helper/connect.h"
#include "helper/privsep.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct psd_frame frame;

/* One side of a pair in a child; the other is *ret_end. */
struct side {
	int (*body)(int end);
	int end, other;
};

static inline int
run_side(void *argument)
{
	const struct side *side = argument;

	psd_fd_close(side->other);
	return side->body(side->end);
}

static inline pid_t
start_side(int (*body)(int end), int *ret_end)
{
	int ends[2];
	struct side side = { .body = body };
	pid_t pid;

	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	side.end = ends[1];
	side.other = ends[0];
	pid = test_child_start(run_side, &side);
	assert_true(pid > 0);
	psd_fd_close(ends[1]);
	*ret_end = ends[0];
	return pid;
}

/* A record of the conversation, by hand. */
static inline int
say(int fd, enum psd_frame_type type, uint32_t op, uint32_t id, int status,
    const void *body, size_t len)
{
	psd_frame_init(&frame);
	psd_encode_status(&frame, (uint16_t)op, id, status);
	frame.bytes[0] = (unsigned char)type;
	memcpy(frame.bytes + PSD_FRAME_HEADER, body, len);
	frame.len = (uint32_t)(PSD_FRAME_HEADER + len);
	return psd_frame_send(fd, 1, &frame);
}

static inline int
hear(int fd)
{
	psd_frame_init(&frame);
	return psd_frame_recv(fd, 1, &frame) == PSD_HEARD_FRAME ? 0 : -EPROTO;
}

/* A file with this text, of no name. */
static inline int
file_with(const char *text)
{
	const int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

#endif
