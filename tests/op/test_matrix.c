/* SPDX-License-Identifier: ISC */
/*
 * Each operation of the catalogue in each state that its grant can be in, as
 * privsepd.policy(5) has it.  Everything here is made from the rows, so that
 * none can be forgotten: see tests/support/sample.h.
 */
#include "tests/support/sample.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* How many there are, and how many of them need no grant. */
enum {
#define OP(name, number, text) ROW_##name,
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"
	OPERATIONS
};
enum {
#define FREE(name) FREE_##name,
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"
	FREE_ONES
};

static int
ask(struct op_rig *rig, const struct psd_op_row *row)
{
	return sample_ask(rig, row, sample_succeeds_with(row));
}

static void
assert_done(const struct psd_op_row *row, int status)
{
	if (status != 0 && status != SAMPLE_WAITS)
		fail_msg("%s: %s", row->name, strerror(-status));
}

/* Asks once of a helper with these lines. */
static int
ask_under(const struct psd_op_row *row, const char *first, const char *second)
{
	char lines[SAMPLE_LINES_MAX];
	struct op_rig rig;
	int status;

	(void)snprintf(lines, sizeof(lines), "%s\n%s", first, second);
	sample_start(&rig, row, lines);
	status = ask(&rig, row);
	op_rig_stop(&rig);
	return status;
}

static void
is_refused_without_a_line(const struct psd_op_row *row)
{
	assert_int_equal(ask_under(row, "", ""), -EPERM);
}

static void
is_refused_beside_a_line_for_something_else(const struct psd_op_row *row)
{
	char line[SAMPLE_LINE_MAX] = "";

	if (sample_has_cover(row))
		sample_line(row, "Allow", SAMPLE_OTHER, "", line);
	assert_int_equal(ask_under(row, line, ""), -EPERM);
}

/* Otherwise what is refused elsewhere would say nothing. */
static void
is_done_with_a_line(const struct psd_op_row *row)
{
	char line[SAMPLE_LINE_MAX];

	sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	assert_done(row, ask_under(row, line, ""));
}

static void
is_refused_with_a_deny_line_before_or_after(const struct psd_op_row *row)
{
	char allow[SAMPLE_LINE_MAX], deny[SAMPLE_LINE_MAX];

	sample_line(row, "Allow", SAMPLE_COVERING, "", allow);
	sample_line(row, "Deny", SAMPLE_COVERING, "", deny);
	assert_int_equal(ask_under(row, allow, deny), -EPERM);
	assert_int_equal(ask_under(row, deny, allow), -EPERM);
}

static void
is_done_with_a_deny_line_for_something_else(const struct psd_op_row *row)
{
	char allow[SAMPLE_LINE_MAX], deny[SAMPLE_LINE_MAX] = "";

	sample_line(row, "Allow", SAMPLE_COVERING, "", allow);
	if (sample_has_cover(row))
		sample_line(row, "Deny", SAMPLE_OTHER, "", deny);
	assert_done(row, ask_under(row, allow, deny));
}

static void
is_refused_once_the_line_was_taken_back(const struct psd_op_row *row)
{
	char allow[SAMPLE_LINE_MAX], reset[SAMPLE_LINE_MAX];

	sample_line(row, "Allow", SAMPLE_COVERING, "", allow);
	(void)snprintf(reset, sizeof(reset), "%s", allow);
	*(strchr(reset, '=') + 1) = '\0';
	assert_int_equal(ask_under(row, allow, reset), -EPERM);
}

static void
is_refused_after_it_was_given_up(const struct psd_op_row *row)
{
	struct psd_restrict_req req = { .operation = (uint32_t)row->op };
	struct psd_restrict_rep rep;
	char line[SAMPLE_LINE_MAX];
	struct op_rig rig;

	sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	sample_start(&rig, row, line);
	assert_int_equal(op_rig_ask(&rig, PSD_OP_restrict, &req, &rep), 0);
	assert_int_equal(ask(&rig, row), -EPERM);
	op_rig_stop(&rig);
}

static void
is_done_after_others_were_given_up(const struct psd_op_row *row)
{
	char line[SAMPLE_LINE_MAX];
	struct op_rig rig;

	sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	sample_start(&rig, row, line);
	for (size_t i = 0; i < psd_op_count; i++) {
		struct psd_restrict_req req = {
			.operation = (uint32_t)psd_op_rows[i].op,
		};
		struct psd_restrict_rep rep;

		/* To ask what open would do is to need it. */
		if (&psd_op_rows[i] == row || psd_op_rows[i].is_free ||
		    (row->op == PSD_OP_access &&
			psd_op_rows[i].op == PSD_OP_open))
			continue;
		assert_int_equal(op_rig_ask(&rig, PSD_OP_restrict, &req, &rep),
		    0);
	}
	assert_done(row, ask(&rig, row));
	op_rig_stop(&rig);
}

static void
is_done_only_once_with_the_word_once(const struct psd_op_row *row)
{
	char line[SAMPLE_LINE_MAX];
	struct op_rig rig;

	sample_line(row, "Allow", SAMPLE_COVERING, "once", line);
	sample_start(&rig, row, line);
	assert_done(row, ask(&rig, row));
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(&rig, row), -EPERM);
	op_rig_stop(&rig);
}

/* Which of the two fails depends on the row, and some take anything. */
static void
is_done_after_a_failure_with_the_word_once(const struct psd_op_row *row)
{
	char line[SAMPLE_LINE_MAX];
	struct op_rig rig;
	int status;

	sample_line(row, "Allow", SAMPLE_COVERING, "once", line);
	sample_start(&rig, row, line);
	status = sample_ask(&rig, row,
	    sample_succeeds_with(row) == SAMPLE_THERE ? SAMPLE_MISSING
						      : SAMPLE_THERE);
	assert_int_not_equal(status, -EPERM);
	if (status < 0)
		assert_done(row, ask(&rig, row));
	op_rig_stop(&rig);
}

static void
is_done_once_more_than_an_ordinary_line_allows(const struct psd_op_row *row)
{
	char lines[SAMPLE_LINES_MAX], once[SAMPLE_LINE_MAX];
	char line[SAMPLE_LINE_MAX];
	struct op_rig rig;

	sample_line(row, "Allow", SAMPLE_COVERING, "once", once);
	sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	(void)snprintf(lines, sizeof(lines), "%s\n%s", once, line);
	sample_start(&rig, row, lines);
	for (int i = 0; i < 3; i++)
		assert_done(row, ask(&rig, row));
	op_rig_stop(&rig);
}

/* Refusals give away nothing: there or not, it is the same. */
static void
is_refused_the_same_whether_it_is_there_or_not(const struct psd_op_row *row)
{
	struct op_rig rig;
	char line[SAMPLE_LINE_MAX] = "";

	if (sample_has_cover(row))
		sample_line(row, "Allow", SAMPLE_OTHER, "", line);
	sample_start(&rig, row, line);
	assert_int_equal(sample_ask(&rig, row, SAMPLE_THERE), -EPERM);
	assert_int_equal(sample_ask(&rig, row, SAMPLE_MISSING), -EPERM);
	op_rig_stop(&rig);
}

static const struct {
	const char *name;
	void (*check)(const struct psd_op_row *row);
} states[] = {
#define STATE(name) \
	{ \
#name, name \
	}
	STATE(is_refused_without_a_line),
	STATE(is_refused_beside_a_line_for_something_else),
	STATE(is_done_with_a_line),
	STATE(is_refused_with_a_deny_line_before_or_after),
	STATE(is_done_with_a_deny_line_for_something_else),
	STATE(is_refused_once_the_line_was_taken_back),
	STATE(is_refused_after_it_was_given_up),
	STATE(is_done_after_others_were_given_up),
	STATE(is_done_only_once_with_the_word_once),
	STATE(is_done_after_a_failure_with_the_word_once),
	STATE(is_done_once_more_than_an_ordinary_line_allows),
	STATE(is_refused_the_same_whether_it_is_there_or_not),
#undef STATE
};

enum {
	STATES = sizeof(states) / sizeof(states[0]),
	/* hello, which is said but once, was said by the rig. */
	CASES = (OPERATIONS - FREE_ONES) * STATES + FREE_ONES - 1,
	NAME_SIZE = 128,
};

/* Which row and which state a case is about. */
struct one {
	const struct psd_op_row *row;
	size_t state;
};

static void
check(void **state)
{
	const struct one *one = *state;

	states[one->state].check(one->row);
}

static void
check_free(void **state)
{
	const struct one *one = *state;

	const int status = ask_under(one->row, "", "");

	/* No handle is good without a program that was run. */
	assert_true(status == 0 || status == -ESRCH || status == -EINVAL);
}

static struct CMUnitTest cases[CASES];
static struct one ones[CASES];
static char names[CASES][NAME_SIZE];
static size_t n_cases;

static void
add(const struct psd_op_row *row, size_t state, const char *name,
    CMUnitTestFunction function)
{
	const size_t i = n_cases++;

	assert_true(i < CASES);
	ones[i] = (struct one){ row, state };
	(void)snprintf(names[i], NAME_SIZE, "%s_%s", row->name, name);
	cases[i] = (struct CMUnitTest){ .name = names[i],
		.test_func = function,
		.initial_state = &ones[i] };
}

int
main(void)
{
	const int r = sample_keep_host();

	if (r < 0) {
		print_message("SKIP: no namespaces of our own: %s\n",
		    strerror(-r));
		return 77;
	}
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_op_row *row = &psd_op_rows[i];

		if (row->is_free && row->op != PSD_OP_hello)
			add(row, 0, "needs_no_line", check_free);
		for (size_t s = 0; s < STATES && !row->is_free; s++)
			add(row, s, states[s].name, check);
	}
	assert_int_equal(n_cases, CASES);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
