/* SPDX-License-Identifier: ISC */
/*
 * A resolver that was asked before a re-exec goes on for whoever asks the same
 * after it, and for nobody else.
 */
#include "daemon/call.h"
#include "daemon/lookup_line.h"
#include "tests/unit/carry_fixture.h"

#include <assert.h>
#include <stdlib.h>

#define QUESTION "head of 12 .some.test"

static void
is_a_resolver(struct base *base)
{
	base->loaded.is_resolver = 1;
}

static struct psd_lookup *
ask(const struct psd_daemon *daemon, struct psd_call *call, enum psd_op op,
    const char *question)
{
	const struct psd_str text = psd_str_of(question);
	struct psd_lookup *lookup = calloc(1, sizeof(*lookup) + text.len);

	assert(lookup != NULL);
	*call = (struct psd_call){ .lookup = lookup };
	lookup->daemon = (struct psd_daemon *)(uintptr_t)daemon;
	lookup->call = call;
	lookup->cookie = 77;
	lookup->row = psd_lookup_find(op);
	lookup->len = text.len;
	memcpy(lookup->bytes, text.at, text.len);
	return lookup;
}

static bool
is_joined_by_the_same_alone(const struct psd_daemon *daemon, int state_fd)
{
	static const struct {
		enum psd_op op;
		const char *question;
		bool is_same;
	} cases[] = {
		{ PSD_OP_lookup_user, QUESTION, false },
		{ PSD_OP_lookup_host, QUESTION "s", false },
		{ PSD_OP_lookup_host, "head of 12 .same.test", false },
		/* Each has an id of its own in its head. */
		{ PSD_OP_lookup_host, "HEAD OF 12 .some.test", true },
		{ PSD_OP_lookup_host, QUESTION, false },
	};
	const struct psd_lookup *begun =
	    TAILQ_FIRST(&daemon->resolver->instances)->lookup;
	struct psd_call calls[PSD_ELEMENTS(cases)];

	(void)state_fd;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (psd_lookup_join(ask(daemon, &calls[i], cases[i].op,
			cases[i].question)) != cases[i].is_same ||
		    (cases[i].is_same &&
			(calls[i].lookup != begun || begun->call != &calls[i] ||
			    begun->cookie != 77)))
			return false;
	return true;
}

static bool
is_not_joined_when_broken(const struct psd_daemon *daemon, int state_fd)
{
	struct psd_call call;

	(void)state_fd;
	TAILQ_FIRST(&daemon->resolver->instances)->is_broken = true;
	return !psd_lookup_join(
	    ask(daemon, &call, PSD_OP_lookup_host, QUESTION));
}

static void
look_is_joined_by_the_same_question_once(void **state)
{
	struct altered altered = { NULL, AT_INSTANCE,
		{ ONE(look, PSD_OP_lookup_host, 7, 77777777,
		      sizeof(QUESTION) - 1),
		    ONE(piece, BYTES(QUESTION)) },
		.change = is_a_resolver,
		.is_right = is_joined_by_the_same_alone };

	(void)state;
	try_altered(&altered, 0);
	altered.is_right = is_not_joined_when_broken;
	try_altered(&altered, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_is_joined_by_the_same_question_once),
	};

	if (test_under_valgrind()) {
		puts(
		    "1..0 # SKIP valgrind keeps the numbers that a state names");
		return 77;
	}
	return cmocka_run_group_tests(tests, map_said, NULL);
}
