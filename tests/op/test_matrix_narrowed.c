/* SPDX-License-Identifier: ISC */
/*
 * Each operation of the catalogue, with what a helper has made of its grant;
 * tests/op/test_matrix.c has what the policy makes of it.  All is made from
 * the rows, so that none can be forgotten: see tests/support/sample.h.
 */
#include "common/mem.h"
#include "tests/support/sample.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* For a request: it was done, or is being done. */
enum { DONE = 0 };

static void
expect(const struct psd_op_row *row, const char *what, int status, int wanted)
{
	if (status != wanted)
		fail_msg("%s, %s: %s instead of %s", row->name, what,
		    strerror(-status), strerror(-wanted));
}

static void
expect_ask(struct op_rig *rig, const struct psd_op_row *row, int wanted)
{
	const int status = sample_ask(rig, row, sample_succeeds_with(row));

	expect(row, "asked for", status == SAMPLE_WAITS ? DONE : status,
	    wanted);
}

static void
expect_narrow(struct op_rig *rig, const struct psd_op_row *row,
    enum sample_cover cover, const char *modifiers, int wanted)
{
	char line[SAMPLE_LINE_MAX], filled[SAMPLE_LINES_MAX];
	struct psd_narrow_req req;
	struct psd_narrow_rep rep;

	sample_line(row, "Allow", cover, modifiers, line);
	op_rig_fill_in(filled, sizeof(filled), line, rig->dir);
	req.lines = psd_str_of(filled);
	expect(row, line, op_rig_ask(rig, PSD_OP_narrow, &req, &rep), wanted);
}

static void
start(struct op_rig *rig, const struct psd_op_row *row, enum sample_cover cover,
    const char *modifiers)
{
	char line[SAMPLE_LINE_MAX];

	sample_line(row, "Allow", cover, modifiers, line);
	sample_start(rig, row, line);
}

static void
check_each(void (*check)(const struct psd_op_row *row))
{
	for (size_t i = 0; i < psd_op_count; i++)
		if (!psd_op_rows[i].is_free)
			check(&psd_op_rows[i]);
}

static void
check_once(const struct psd_op_row *row)
{
	struct op_rig rig;

	start(&rig, row, SAMPLE_COVERING, "");
	expect_narrow(&rig, row, SAMPLE_COVERING, "", 0);
	expect_ask(&rig, row, DONE);
	expect_narrow(&rig, row, SAMPLE_COVERING, "once", 0);
	expect_ask(&rig, row, DONE);
	expect_ask(&rig, row, -EPERM);
	op_rig_stop(&rig);
}

static void
is_done_once_when_narrowed_to_that(void **state)
{
	(void)state;
	check_each(check_once);
}

static void
check_used_up(const struct psd_op_row *row)
{
	struct op_rig rig;

	start(&rig, row, SAMPLE_COVERING, "once");
	expect_ask(&rig, row, DONE);
	for (int i = 0; i < 2; i++) {
		expect_narrow(&rig, row, SAMPLE_COVERING, "once", 0);
		expect_ask(&rig, row, -EPERM);
	}
	expect_narrow(&rig, row, SAMPLE_COVERING, "", -EACCES);
	expect_ask(&rig, row, -EPERM);
	op_rig_stop(&rig);
}

static void
is_not_done_again_by_narrowing_a_used_up_line(void **state)
{
	(void)state;
	check_each(check_used_up);
}

static void
check_other(const struct psd_op_row *row)
{
	char first[SAMPLE_LINE_MAX], second[SAMPLE_LINE_MAX];
	char lines[SAMPLE_LINES_MAX];
	struct op_rig rig;

	if (!sample_has_cover(row))
		return;
	sample_line(row, "Allow", SAMPLE_COVERING, "", first);
	sample_line(row, "Allow", SAMPLE_OTHER, "", second);
	(void)snprintf(lines, sizeof(lines), "%s\n%s", first, second);
	sample_start(&rig, row, lines);
	expect_narrow(&rig, row, SAMPLE_OTHER, "", 0);
	expect_ask(&rig, row, -EPERM);
	expect_narrow(&rig, row, SAMPLE_COVERING, "", -EACCES);
	expect_ask(&rig, row, -EPERM);
	op_rig_stop(&rig);
}

static void
is_refused_when_narrowed_to_something_else(void **state)
{
	(void)state;
	check_each(check_other);
}

static void
check_never_had(const struct psd_op_row *row)
{
	struct op_rig rig;

	if (sample_has_cover(row))
		start(&rig, row, SAMPLE_OTHER, "");
	else
		sample_start(&rig, row, "");
	expect_narrow(&rig, row, SAMPLE_COVERING, "once", -EACCES);
	expect_ask(&rig, row, -EPERM);
	op_rig_stop(&rig);
}

static void
is_not_had_by_narrowing_what_was_never_had(void **state)
{
	(void)state;
	check_each(check_never_had);
}

static void
check_given_up(const struct psd_op_row *row)
{
	struct psd_restrict_req req = { .operation = (uint32_t)row->op };
	struct psd_restrict_rep rep;
	struct op_rig rig;

	start(&rig, row, SAMPLE_COVERING, "");
	expect_narrow(&rig, row, SAMPLE_COVERING, "", 0);
	expect(row, "restrict", op_rig_ask(&rig, PSD_OP_restrict, &req, &rep),
	    0);
	expect_narrow(&rig, row, SAMPLE_COVERING, "", -EACCES);
	expect_ask(&rig, row, -EPERM);
	op_rig_stop(&rig);
}

static void
is_not_had_again_by_narrowing_what_was_given_up(void **state)
{
	(void)state;
	check_each(check_given_up);
}

static int
advance(struct op_rig *rig, const char *phase)
{
	struct psd_phase_req req = { .phase = psd_str_of(phase) };
	struct psd_phase_rep rep;

	return op_rig_ask(rig, PSD_OP_phase, &req, &rep);
}

/* In a helper that has gone on to a phase, with a line that has this word. */
static void
check_phase(const struct psd_op_row *row, const char *word, const char *phase,
    int wanted)
{
	char line[SAMPLE_LINE_MAX], lines[SAMPLE_LINES_MAX];
	struct op_rig rig;

	sample_line(row, "Allow", SAMPLE_COVERING, word, line);
	(void)snprintf(lines, sizeof(lines), "Phases=first second third\n%s",
	    line);
	sample_start(&rig, row, lines);
	expect(row, phase, advance(&rig, phase), 0);
	expect_ask(&rig, row, wanted);
	op_rig_stop(&rig);
}

static void
check_phases(const struct psd_op_row *row)
{
	static const char *const phases[] = { "first", "second", "third" };

	for (size_t i = 0; i < PSD_ELEMENTS(phases); i++) {
		check_phase(row, "phase=first", phases[i],
		    i == 0 ? DONE : -EPERM);
		check_phase(row, "phase=second", phases[i],
		    i == 1 ? DONE : -EPERM);
		check_phase(row, "phase=third", phases[i],
		    i == 2 ? DONE : -EPERM);
		check_phase(row, "", phases[i], DONE);
	}
}

static void
is_done_in_the_phase_of_its_line_alone(void **state)
{
	(void)state;
	check_each(check_phases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_done_once_when_narrowed_to_that),
		cmocka_unit_test(is_not_done_again_by_narrowing_a_used_up_line),
		cmocka_unit_test(is_refused_when_narrowed_to_something_else),
		cmocka_unit_test(is_not_had_by_narrowing_what_was_never_had),
		cmocka_unit_test(
		    is_not_had_again_by_narrowing_what_was_given_up),
		cmocka_unit_test(is_done_in_the_phase_of_its_line_alone),
	};
	const int r = sample_keep_host();

	if (r < 0) {
		print_message("SKIP: no namespaces of our own: %s\n",
		    strerror(-r));
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
