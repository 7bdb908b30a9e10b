/* SPDX-License-Identifier: ISC */
#ifndef TEST_PRIVSEP_RAW_FIXTURE_H
#define TEST_PRIVSEP_RAW_FIXTURE_H

#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "helper/privsep.h"
#include "tests/support/fds.h"
#include "tests/support/raw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/*
 * The daemon's side is written by hand, before the request is made: the
 * library counts its ids from 1, which is hello's, so the first request has 2.
 */
enum { FIRST_ID = 2 };

struct talk {
	struct privsep *conversation;
	int daemon;
	size_t fds_before;
};

static const unsigned char HELLO_BODY[] = { 1, 0, 0, 0, 4, 0, 't', 'e', 's',
	't', 0 };

static void
send_record(int fd, uint16_t type, uint16_t op, uint32_t id, int32_t status,
    const void *body, size_t len, const int *fds, size_t n_fds)
{
	unsigned char record[PSD_FRAME_MAX + 64];

	assert_true(len <= sizeof(record) - PSD_FRAME_HEADER);
	test_raw_header(record, type, op, id, status);
	if (len > 0)
		memcpy(record + PSD_FRAME_HEADER, body, len);
	assert_int_equal(test_raw_send(fd, record, PSD_FRAME_HEADER + len, fds,
			     n_fds),
	    PSD_FRAME_HEADER + len);
}

static void
begin(struct talk *t)
{
	int ends[2];

	t->fds_before = test_fds_count();
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	t->daemon = ends[1];
	send_record(t->daemon, PSD_FRAME_REPLY, PSD_OP_hello, 1, 0, HELLO_BODY,
	    sizeof(HELLO_BODY), NULL, 0);
	assert_int_equal(privsep_from_fd(&t->conversation, ends[0]), 0);
}

static void
finish(struct talk *t)
{
	privsep_free(t->conversation);
	psd_fd_close(t->daemon);
	assert_int_equal(test_fds_count(), t->fds_before);
}

#endif
