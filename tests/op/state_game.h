/* SPDX-License-Identifier: ISC */
#ifndef STATE_GAME_H
#define STATE_GAME_H

/*
 * A conversation with what is expected of it: the table says what becomes of a
 * message, and a few lines what that changes.
 */
#include "tests/op/state_fixture.h"

enum { SAID_MAX = 4, FILLER_ID = 1 << 16 };

enum fate {
	ANSWERED, /* with any status but -EPERM, at once or later */
	REFUSED,  /* -EPERM */
	SILENT,   /* done or not, we have said our end */
	DROPPED,  /* the protocol is broken, and so is the helper */
};

/* What a conversation has; a state below is this and how it is said. */
enum standing { NEW, GREETED, STRIPPED, TOLD };

static const enum fate fates[][5] = {
	/* hello, free, granted, bad hello, foreign */
	[NEW] = { ANSWERED, DROPPED, DROPPED, ANSWERED, DROPPED },
	[GREETED] = { DROPPED, ANSWERED, ANSWERED, DROPPED, DROPPED },
	[STRIPPED] = { DROPPED, ANSWERED, REFUSED, DROPPED, DROPPED },
	[TOLD] = { DROPPED, SILENT, SILENT, DROPPED, DROPPED },
};

struct said {
	const struct message *message;
	uint32_t id;
	enum fate fate;
	bool is_answered;
	int status;
};

struct game {
	struct talk talk;
	const struct state *state;
	enum standing standing;
	bool is_lost[PSD_OPS_END]; /* of the grants, for good */
	bool is_unsure[PSD_OPS_END];
	struct said said[SAID_MAX];
	size_t n_said;
	bool is_over; /* nothing more comes */
};

struct state {
	const char *name;
	const char *modifiers; /* of all lines of the policy */
	enum standing standing;
	void (*enter)(struct game *game);
	bool is_once, is_sent_at_once, is_ended, has_one_id;
};

static enum fate
expect(const struct game *game, const struct message *message)
{
	const enum fate fate = fates[game->standing][message->class];

	if (fate != ANSWERED || message->class != MESSAGE_GRANTED)
		return fate;
	/* To ask what open would do is to need it. */
	return game->is_lost[message->op] ||
		(message->op == PSD_OP_access && game->is_lost[PSD_OP_open])
	    ? REFUSED
	    : ANSWERED;
}

/* What a message that was not refused makes of the conversation. */
static void
note_effect(struct game *game, const struct message *message)
{
	if (message->class == MESSAGE_HELLO && game->standing == NEW)
		game->standing = GREETED;
	if (game->standing != GREETED)
		return;
	if (message->op == PSD_OP_restrict)
		game->is_lost[PSD_OP_log] = true;
	if (message->op == PSD_OP_phase && game->state->modifiers[0] == 'p')
		game->standing = STRIPPED;
}

/* A line that is good for once was used up by what waits, too. */
static void
note_status(struct game *game, const struct said *said)
{
	const uint16_t op = said->message->op;

	if (!game->state->is_once || said->message->class != MESSAGE_GRANTED)
		return;
	if (!said->is_answered || said->status == 0)
		game->is_lost[op] = true;
	else if (said->status != -EPERM)
		game->is_unsure[op] = true;
}

/* Says it, without a turn of the daemon's. */
static void
say_next(struct game *game, const struct message *message)
{
	const bool is_dropped =
	    game->n_said > 0 && game->said[game->n_said - 1].fate == DROPPED;
	const uint32_t id =
	    game->state->has_one_id ? 1 : (uint32_t)game->n_said + 1;

	assert_true(game->n_said < SAID_MAX);
	game->said[game->n_said++] = (struct said){
		.message = message,
		.id = id,
		.fate = is_dropped ? DROPPED : expect(game, message),
	};
	if (!is_dropped)
		note_effect(game, message);
	(void)say(&game->talk, message, id);
}

static bool
is_missing(const struct said *said)
{
	return !said->is_answered &&
	    (said->fate == REFUSED ||
		(said->fate == ANSWERED && !may_wait(said->message)));
}

/* The last one's fate is that of all that came before it, too. */
static bool
needs_more(const struct game *game)
{
	if (game->is_over)
		return false;
	if (game->state->is_ended ||
	    game->said[game->n_said - 1].fate == DROPPED)
		return true;
	for (size_t i = 0; i < game->n_said; i++)
		if (is_missing(&game->said[i]))
			return true;
	return false;
}

/* Of two with one id and operation it is the first's: nobody can tell. */
static void
take_one(struct game *game)
{
	struct reply reply;

	switch (take_reply(&game->talk, &reply)) {
	case PSD_HEARD_FRAME:
		break;
	case PSD_HEARD_END:
		game->is_over = true;
		return;
	case PSD_HEARD_NOTHING:
	case PSD_HEARD_BROKEN:
	case PSD_HEARD_ERROR:
		fail_msg("%s: no reply", game->state->name);
	}
	for (size_t i = 0; i < game->n_said; i++) {
		struct said *said = &game->said[i];

		if (said->is_answered || said->id != reply.id ||
		    said->message->op != reply.op)
			continue;
		said->is_answered = true;
		said->status = reply.status;
		return;
	}
	/* One of those that it had not read. */
	assert_true(reply.id >= FILLER_ID && reply.op == PSD_OP_ping);
}

static void
hear(struct game *game)
{
	op_rig_turn(game->talk.rig);
	while (test_poll(game->talk.end, POLLIN, 0) != 0 && !game->is_over)
		take_one(game);
	while (needs_more(game)) {
		if (!wait_for_word(&game->talk))
			fail_msg("%s: %s, then %s: no answer",
			    game->state->name, game->said[0].message->name,
			    game->said[game->n_said - 1].message->name);
		take_one(game);
	}
}

static bool
is_right(const struct game *game, const struct said *said)
{
	const bool is_unsure = said->message->class == MESSAGE_GRANTED &&
	    game->is_unsure[said->message->op];

	switch (said->fate) {
	case ANSWERED:
		if (!said->is_answered)
			return !game->is_over || game->talk.instance->is_broken;
		return said->message->class == MESSAGE_BAD_HELLO
		    ? said->status == -EPROTONOSUPPORT
		    : said->status != -EPERM || is_unsure;
	case REFUSED:
		return said->is_answered && said->status == -EPERM;
	case SILENT:
		return !said->is_answered;
	case DROPPED:
		return !said->is_answered && game->is_over &&
		    game->talk.instance->is_broken;
	}
	return false;
}

static void
judge(struct game *game)
{
	const struct said *last = &game->said[game->n_said - 1];

	for (size_t i = 0; i < game->n_said; i++) {
		if (!is_right(game, &game->said[i]))
			fail_msg("%s: %s, then %s: number %zu is %s %d",
			    game->state->name, game->said[0].message->name,
			    last->message->name, i,
			    game->said[i].is_answered ? "answered"
						      : "not answered",
			    game->said[i].status);
		note_status(game, &game->said[i]);
	}
	if (game->talk.instance->is_broken != (last->fate == DROPPED))
		fail_msg("%s: %s, then %s: dropped: %d", game->state->name,
		    game->said[0].message->name, last->message->name,
		    game->talk.instance->is_broken);
}

#endif
