/* SPDX-License-Identifier: ISC */
#ifndef TEST_LEAK_FIXTURE_H
#define TEST_LEAK_FIXTURE_H

/*
 * A copy of an end has got into another process.  Each test of this first
 * shows that the usual way, close(), then ends nothing, and then that ours
 * does.
 */

#include "common/codec.h"
#include "common/conv.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "tests/support/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const int connected_types[] = { SOCK_SEQPACKET, SOCK_STREAM };

/* As one finds it in many programs: no flag, so every child has copies. */
static inline void
naive_pair(int type, int ret_ends[2])
{
	assert_int_equal(socketpair(AF_UNIX, type, 0, ret_ends), 0);
}

static inline int
sleep_on(void *argument)
{
	(void)argument;
	while (pause() < 0)
		;
	return 0;
}

/* A process that does nothing but hold copies of what we have open. */
static inline pid_t
start_holder(void)
{
	const pid_t pid = test_child_start(sleep_on, NULL);

	assert_true(pid > 0);
	return pid;
}

/* Does the end of what the other side says come within so many ms? */
static inline bool
end_comes(int fd, int timeout)
{
	char bytes[256];
	ssize_t n;

	do {
		if (test_poll(fd, POLLIN | POLLRDHUP, timeout) <= 0)
			return false;
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	} while (n > 0);
	return n == 0;
}

/* A ping of that id, as request. */
static inline void
make_request(struct psd_frame *frame, uint32_t id)
{
	struct psd_ping_req req = { .cookie = id };

	psd_frame_init(frame);
	(void)psd_encode_request(frame, psd_op_find(PSD_OP_ping), id, &req);
}

#endif
