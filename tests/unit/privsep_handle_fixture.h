/* SPDX-License-Identifier: ISC */
#ifndef TEST_PRIVSEP_HANDLE_FIXTURE_H
#define TEST_PRIVSEP_HANDLE_FIXTURE_H

#include "tests/unit/privsep_timeout_fixture.h"

#include <unistd.h>

/* How many requests may be under way, and how many of them may be accept. */
enum { HANDLES = 40, PLACES = 16, ACCEPTS = 8 };

static inline struct privsep *
handle_of(const struct talk *t)
{
	struct privsep *handle = NULL;

	assert_int_equal(privsep_handle_new(&handle, t->conversation, 0), 0);
	assert_non_null(handle);
	return handle;
}

static inline int
open_with(struct privsep *handle)
{
	return privsep_open(handle, "/x", O_RDONLY, 0);
}

static inline void
answer(const struct talk *t, uint32_t id, int32_t status)
{
	const int fd = STDIN_FILENO;

	send_record(t->daemon, PSD_FRAME_REPLY, PSD_OP_open, id, status, NULL,
	    0, &fd, status == 0 ? 1 : 0);
}

#endif
