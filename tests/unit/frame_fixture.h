/* SPDX-License-Identifier: ISC */
#ifndef TEST_FRAME_FIXTURE_H
#define TEST_FRAME_FIXTURE_H

/* A pair for each test of frames: ends[0] says anything, ends[1] hears it. */

#include "common/fd.h"
#include "common/frame.h"
#include "common/mem.h"
#include "common/pair.h"
#include "tests/support/raw.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

static struct psd_frame frame; /* too large for the stack of every test */

static int ends[2];

static inline int
make_pair(void **state)
{
	(void)state;
	psd_frame_init(&frame);
	return psd_pair(SOCK_SEQPACKET, ends);
}

static inline int
drop_pair(void **state)
{
	(void)state;
	psd_frame_clear(&frame);
	psd_fd_cleanup(&ends[0]);
	psd_fd_cleanup(&ends[1]);
	return 0;
}

static inline void
send_bytes(const void *bytes, size_t len)
{
	assert_int_equal(test_raw_send(ends[0], bytes, len, NULL, 0),
	    (ssize_t)len);
}

/* Sends a header and body bytes of 'x'. */
static inline void
send_frame(uint16_t type, uint16_t op, uint32_t id, int32_t status, size_t body)
{
	static unsigned char bytes[4 * PSD_FRAME_MAX];

	memset(bytes, 'x', sizeof(bytes));
	test_raw_header(bytes, type, op, id, status);
	send_bytes(bytes, PSD_FRAME_HEADER + body);
}

static inline void
assert_empty(void)
{
	assert_int_equal(frame.len, 0);
	assert_int_equal(frame.n_fds, 0);
	if (!frame.is_cut)
		assert_int_equal(frame.type, 0);
	for (size_t i = 0; i < PSD_FDS_MAX; i++)
		assert_int_equal(frame.fds[i], PSD_NO_FD);
}

/* Hear as one does to whom no descriptor can come. */
static bool is_bare;

static inline void
hear(enum psd_heard expected)
{
	const enum psd_heard heard = is_bare
	    ? psd_frame_recv_bare(ends[1], 0, &frame)
	    : psd_frame_recv(ends[1], 0, &frame);

	assert_int_equal(heard, expected);
	if (heard == PSD_HEARD_FRAME)
		return;
	assert_empty();
	psd_frame_clear(&frame);
}

#define WITH_PAIR(test) \
	cmocka_unit_test_setup_teardown(test, make_pair, drop_pair)

#endif
