/* SPDX-License-Identifier: ISC */
#ifndef TEST_PRIVSEP_TIMEOUT_FIXTURE_H
#define TEST_PRIVSEP_TIMEOUT_FIXTURE_H

#include "tests/unit/privsep_raw_fixture.h"

#include <errno.h>
#include <fcntl.h>

enum { SHORT_USEC = 20000 };

static inline int
open_x(const struct talk *t)
{
	return privsep_open(t->conversation, "/x", O_RDONLY, 0);
}

static inline void
refuse(const struct talk *t, uint16_t op, uint32_t id)
{
	send_record(t->daemon, PSD_FRAME_REPLY, op, id, -ENOENT, NULL, 0, NULL,
	    0);
}

static inline void
begin_with_limit(struct talk *t, uint64_t usec)
{
	begin(t);
	privsep_set_timeout(t->conversation, usec);
}

static inline size_t
requests_sent(const struct talk *t)
{
	char record[PSD_FRAME_MAX];
	size_t n = 0;

	while (recv(t->daemon, record, sizeof(record), MSG_DONTWAIT) > 0)
		n++;
	return n;
}

#endif
