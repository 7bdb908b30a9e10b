/* SPDX-License-Identifier: ISC */
#ifndef TALK_FIXTURE_H
#define TALK_FIXTURE_H

/*
 * Conversations of their own beside that of a rig, whose helper is the
 * neighbour.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/ending.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/sample.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct talk {
	struct op_rig *rig;
	struct psd_instance *instance;
	int end;
};

static void
open_talk(struct op_rig *rig, struct talk *ret)
{
	sample_make(rig->dir);
	ret->rig = rig;
	ret->instance =
	    op_rig_instance(rig->service, &rig->loaded, rig->child, &ret->end);
}

static void
close_talk(struct talk *talk)
{
	TAILQ_REMOVE(&talk->rig->service->instances, talk->instance,
	    of_service);
	psd_instance_free(talk->instance);
	psd_fd_cleanup(&talk->end);
	op_rig_turn(talk->rig);
}

/* Turns until the conversation has something to hear, if it is to. */
static bool
wait_for_word(const struct talk *talk)
{
	const int loop = sd_event_get_fd(talk->rig->daemon.event);

	for (;;) {
		op_rig_turn(talk->rig);
		if (test_poll(talk->end, POLLIN, 0) != 0)
			return true;
		if (test_poll(loop, POLLIN, TEST_DEADLINE) == 0)
			return false;
	}
}

struct reply {
	uint16_t op;
	uint32_t id;
	int status;
};

/* A reply that its row can have, or the end, or what else was heard. */
static enum psd_heard
take_reply(const struct talk *talk, struct reply *ret)
{
	static struct psd_frame frame;
	const struct psd_op_row *row;
	enum psd_heard heard;
	union psd_any_rep rep;

	psd_frame_init(&frame);
	heard = psd_frame_recv(talk->end, 0, &frame);
	if (heard != PSD_HEARD_FRAME)
		return heard;
	assert_int_equal(frame.type, PSD_FRAME_REPLY);
	row = psd_op_find(frame.op);
	assert_non_null(row);
	*ret = (struct reply){ frame.op, frame.id, frame.status };
	if (frame.status == 0) {
		assert_int_equal(psd_decode(&frame, row->rep, row->rep_size,
				     &rep),
		    0);
		psd_fields_release(row->rep, &rep);
	} else {
		assert_true(frame.status < 0 && frame.status > -4096);
		assert_int_equal(frame.len, PSD_FRAME_HEADER);
		assert_int_equal(frame.n_fds, 0);
	}
	psd_frame_clear(&frame);
	return heard;
}

/* Is the helper that did nothing wrong answered? */
static void
check_neighbour(struct op_rig *rig)
{
	struct psd_ping_req req = { .cookie = 7 };
	struct psd_ping_rep rep;

	assert_int_equal(op_rig_ask(rig, PSD_OP_ping, &req, &rep), 0);
	assert_true(rep.cookie == 7);
}

#endif
