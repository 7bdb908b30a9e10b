/* SPDX-License-Identifier: ISC */
/*
 * What becomes of every message in every state of a conversation, one after
 * the other: each row of the catalogue, and what is in none.  tests/op/
 * state_game.h has the table that says it.  Whoever is dropped harms nobody, and
 * each request that is heard has one reply.
 *
 * PSD_SOAK=1 says all pairs and some triples, PSD_SEED=N draws the same again.
 */
#include "daemon/credential.h"
#include "tests/op/state_table.h"
#include "tests/support/program_rig.h"
#include "tests/support/seed.h"

enum {
	DRAWN = 50, /* of each state, beside each message as first and last */
	DRAWN_SOAK = 4000,
	SPACE = 1 << 18,
	LINES_MAX = 8192,
};

static struct program_rig program;
static unsigned long seed;
static unsigned long n_held;

static size_t
draw(size_t n)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (size_t)(seed >> 33) % n;
}

/* What was not read was not done, either. */
static void
check_unheard(const struct game *game, uint64_t n)
{
	const struct psd_instance *instance = game->talk.instance;

	op_rig_turn(game->talk.rig);
	assert_true(instance->allowed + instance->refused == n);
	assert_false(instance->is_broken);
	give_space(game, SPACE);
}

static void
say_at_once(struct game *game, const struct message *messages, size_t n)
{
	const struct psd_instance *instance = game->talk.instance;
	const uint64_t before = instance->allowed + instance->refused;

	for (size_t i = 0; i < n; i++)
		say_next(game, &messages[i]);
	if (game->state->enter == leave_unread)
		check_unheard(game, before);
	if (game->state->is_ended)
		assert_int_equal(shutdown(game->talk.end, SHUT_WR), 0);
	hear(game);
	judge(game);
}

/* Of a caller that is gone they are ended. */
static void
wait_for_programs(struct op_rig *rig)
{
	while (program.service->n_instances > 0)
		assert_true(sd_event_run(rig->daemon.event, UINT64_MAX) >= 0);
}

static void
hold_once(struct op_rig *rig, const struct state *state,
    const struct message *messages, size_t n)
{
	static struct game game;

	game = (struct game){ .state = state, .standing = state->standing };
	open_talk(rig, &game.talk);
	if (state->enter != NULL)
		state->enter(&game);
	if (state->is_sent_at_once)
		say_at_once(&game, messages, n);
	for (size_t i = 0; !state->is_sent_at_once && i < n; i++) {
		say_next(&game, &messages[i]);
		hear(&game);
		judge(&game);
	}
	check_neighbour(rig);
	close_talk(&game.talk);
	wait_for_programs(rig);
	n_held++;
}

/* To the kernel's reader an empty record before the end is the end itself. */
static bool
has_early_end(const struct state *state, const struct message *messages,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (state->is_ended && messages[i].class == MESSAGE_FOREIGN &&
		    messages[i].len == 0)
			return true;
	return false;
}

/* What is opened once and kept is not opened again. */
static void
hold(struct op_rig *rig, const struct state *state,
    const struct message *messages, size_t n)
{
	const size_t before = test_fds_count();
	size_t after;

	if (has_early_end(state, messages, n))
		return;
	hold_once(rig, state, messages, n);
	after = test_fds_count();
	if (after == before)
		return;
	hold_once(rig, state, messages, n);
	if (test_fds_count() > after)
		fail_msg("%s: %s, then %s: %zu descriptors, then %zu",
		    state->name, messages[0].name, messages[n - 1].name, after,
		    test_fds_count());
}

static void
hold_drawn(struct op_rig *rig, const struct state *state, size_t length,
    size_t times)
{
	for (size_t i = 0; i < times; i++) {
		struct message messages[SAID_MAX];

		for (size_t k = 0; k < length; k++)
			messages[k] = find_message(draw(count_messages()));
		hold(rig, state, messages, length);
	}
}

/* Each first and last at least once. */
static void
hold_some(struct op_rig *rig, const struct state *state)
{
	for (size_t i = 0; i < count_messages(); i++) {
		const struct message other =
		    find_message(draw(count_messages()));
		const struct message messages[] = { other, find_message(i),
			other };

		hold(rig, state, messages, 2);
		hold(rig, state, messages + 1, 2);
	}
	hold_drawn(rig, state, 3, DRAWN);
}

static void
hold_all(struct op_rig *rig, const struct state *state)
{
	for (size_t i = 0; i < count_messages(); i++)
		for (size_t k = 0; k < count_messages(); k++) {
			const struct message messages[] = { find_message(i),
				find_message(k) };

			hold(rig, state, messages, 2);
		}
	hold_drawn(rig, state, 3, DRAWN_SOAK);
}

/* All that can be granted is, in one policy. */
static void
start(struct op_rig *rig, const struct state *state)
{
	char lines[LINES_MAX] = "Phases=first second\n";
	size_t len = strlen(lines);

	for (size_t i = 0; i < psd_op_count; i++) {
		char line[SAMPLE_LINE_MAX];

		if (psd_op_rows[i].is_free)
			continue;
		sample_line(&psd_op_rows[i], "Allow", SAMPLE_COVERING,
		    state->modifiers, line);
		len += (size_t)snprintf(lines + len, sizeof(lines) - len,
		    "%s\n", line);
		assert_true(len < sizeof(lines));
	}
	op_rig_start(rig, "ListenStream=%s/socket\nProvides=lo", lines);
	program_rig_add(&program, rig, "lo", "/bin/cat",
	    "Instances=16\nStartLimitBurst=0");
	psd_credential_init(rig->dir);
}

static void
check_state(void **argument)
{
	const struct state *state = *argument;
	struct op_rig rig;

	n_held = 0;
	start(&rig, state);
	if (getenv("PSD_SOAK") != NULL)
		hold_all(&rig, state);
	else
		hold_some(&rig, state);
	print_message("# %s: %lu conversations\n", state->name, n_held);
	psd_credential_stop();
	program_rig_remove(&program);
	op_rig_stop(&rig);
}

int
main(void)
{
	struct CMUnitTest tests[PSD_ELEMENTS(states)];
	const int r = sample_keep_host();

	if (r < 0) {
		print_message("SKIP: no namespaces of our own: %s\n",
		    strerror(-r));
		return 77;
	}
	seed = test_seed("PSD_SEED");
	for (size_t i = 0; i < PSD_ELEMENTS(states); i++)
		tests[i] = (struct CMUnitTest){ .name = states[i].name,
			.test_func = check_state,
			.initial_state = (void *)(uintptr_t)&states[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
