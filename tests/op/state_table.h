/* SPDX-License-Identifier: ISC */
#ifndef STATE_TABLE_H
#define STATE_TABLE_H

/* The states of a conversation, and how it gets there. */
#include "tests/op/state_game.h"

static void
ask(struct game *game, enum psd_op op, void *req)
{
	static struct psd_frame frame;
	struct reply reply;

	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, psd_op_find(op), 1, req),
	    0);
	assert_int_equal(psd_frame_send(game->talk.end, 0, &frame), 0);
	op_rig_turn(game->talk.rig);
	assert_int_equal(take_reply(&game->talk, &reply), PSD_HEARD_FRAME);
	assert_int_equal(reply.status, 0);
}

static void
greet(struct game *game)
{
	struct psd_hello_req req = { .oldest = 1, .newest = 1 };

	ask(game, PSD_OP_hello, &req);
}

static void
give_up_all(struct game *game)
{
	greet(game);
	for (size_t i = 0; i < psd_op_count; i++) {
		struct psd_restrict_req req = { psd_op_rows[i].op };

		if (!psd_op_rows[i].is_free)
			ask(game, PSD_OP_restrict, &req);
	}
}

static void
narrow_all(struct game *game)
{
	greet(game);
	for (size_t i = 0; i < psd_op_count; i++) {
		char line[SAMPLE_LINE_MAX], filled[SAMPLE_LINES_MAX];
		struct psd_narrow_req req;

		if (psd_op_rows[i].is_free)
			continue;
		sample_line(&psd_op_rows[i], "Allow", SAMPLE_COVERING, "once",
		    line);
		op_rig_fill_in(filled, sizeof(filled), line,
		    game->talk.rig->dir);
		req.lines = psd_str_of(filled);
		ask(game, PSD_OP_narrow, &req);
	}
}

static void
go_on(struct game *game)
{
	struct psd_phase_req req = { psd_str_of("second") };

	greet(game);
	ask(game, PSD_OP_phase, &req);
}

/* Something waits, with the id that all that follows has, too. */
static void
begin_accept(struct game *game)
{
	static const struct message accept = { .name = "accept",
		.class = MESSAGE_GRANTED,
		.op = PSD_OP_accept };
	static struct message message;

	greet(game);
	message = accept;
	message.row = psd_op_find(PSD_OP_accept);
	say_next(game, &message);
	hear(game);
	assert_false(game->said[0].is_answered);
}

static void
give_space(const struct game *game, int space)
{
	assert_int_equal(setsockopt(game->talk.instance->first.conv.fd,
			     SOL_SOCKET, SO_SNDBUF, &space, sizeof(space)),
	    0);
}

/* Replies are outstanding until the daemon has no room for more. */
static void
leave_unread(struct game *game)
{
	const struct message ping = { .name = "ping",
		.class = MESSAGE_FREE,
		.row = psd_op_find(PSD_OP_ping),
		.op = PSD_OP_ping };

	greet(game);
	/* The kernel raises it to the least that there is. */
	give_space(game, 1);
	for (uint32_t i = 0; STAILQ_EMPTY(&game->talk.instance->first.unsent);
	     i++) {
		assert_true(say(&game->talk, &ping, FILLER_ID + i));
		op_rig_turn(game->talk.rig);
	}
}

/* We end our side: what is asked from now on has no answer. */
static void
be_told(struct game *game)
{
	greet(game);
	psd_instance_end(game->talk.instance, false);
	game->standing = TOLD;
}

static const struct state states[] = {
	{ "before hello", "", NEW, NULL, .is_sent_at_once = false },
	{ "after hello", "phase=first", GREETED, greet },
	{ "with all given up", "", STRIPPED, give_up_all },
	{ "in the last phase", "phase=first", STRIPPED, go_on },
	{ "once", "once", GREETED, greet, .is_once = true },
	{ "narrowed to once", "", GREETED, narrow_all, .is_once = true },
	{ "with one under way", "", GREETED, begin_accept, .has_one_id = true },
	{ "with replies unread", "", GREETED, leave_unread,
	    .is_sent_at_once = true },
	{ "ended by the helper", "", GREETED, greet, .is_sent_at_once = true,
	    .is_ended = true },
	{ "ended by the daemon", "", TOLD, be_told },
};

#endif
