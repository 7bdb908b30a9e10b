/* SPDX-License-Identifier: ISC */
/*
 * What is granted to a clone of a conversation is the same or less, for each
 * operation of the catalogue (tests/support/sample.h).
 */
#include "tests/op/clone_fixture.h"
#include "tests/support/sample.h"

#include <stdio.h>
#include <string.h>

static int
sample_on(struct op_rig *rig, int fd, const struct psd_op_row *row)
{
	const int own = rig->helper;
	int r;

	rig->helper = fd;
	r = sample_ask(rig, row, sample_succeeds_with(row));
	rig->helper = own;
	return r;
}

static void
start(struct op_rig *rig, const struct psd_op_row *row, const char *modifiers)
{
	char lines[SAMPLE_LINES_MAX], line[SAMPLE_LINE_MAX];

	sample_line(row, "Allow", SAMPLE_COVERING, modifiers, line);
	(void)snprintf(lines, sizeof(lines),
	    "Phases=first second\nAllowClone=yes\n%s", line);
	sample_start(rig, row, lines);
	/* As the daemon finds out when it loads a policy. */
	rig->loaded.takes_descriptors = row->takes_fd;
}

static void
expect(const struct psd_op_row *row, const char *where, int status, int wanted)
{
	if (status != wanted && (wanted != 0 || status != SAMPLE_WAITS))
		fail_msg("%s, %s: %d", row->name, where, status);
}

static void
check_given_up(const struct psd_op_row *row)
{
	struct op_rig rig;
	int before, after;

	start(&rig, row, "");
	before = clone_greeted(&rig);
	assert_int_equal(restrict_on(&rig, rig.helper, row->op), 0);
	after = clone_greeted(&rig);
	expect(row, "given up", sample_on(&rig, rig.helper, row), -EPERM);
	expect(row, "a clone afterwards", sample_on(&rig, after, row), -EPERM);
	expect(row, "a clone before", sample_on(&rig, before, row), 0);
	psd_fd_close(before);
	psd_fd_close(after);
	op_rig_stop(&rig);
}

static void
check_once(const struct psd_op_row *row)
{
	struct op_rig rig;
	int clone, of_clone;

	start(&rig, row, "once");
	clone = clone_greeted(&rig);
	of_clone = clone_on(&rig, clone);
	greet_on(&rig, of_clone);
	expect(row, "once, in a clone's clone", sample_on(&rig, of_clone, row),
	    0);
	expect(row, "again", sample_on(&rig, of_clone, row), -EPERM);
	expect(row, "in the clone", sample_on(&rig, clone, row), -EPERM);
	expect(row, "in the first", sample_on(&rig, rig.helper, row), -EPERM);
	psd_fd_close(clone);
	clone = clone_greeted(&rig);
	expect(row, "in a new clone", sample_on(&rig, clone, row), -EPERM);
	psd_fd_close(clone);
	psd_fd_close(of_clone);
	op_rig_stop(&rig);
}

static void
check_phase(const struct psd_op_row *row)
{
	struct op_rig rig;
	int clone;

	start(&rig, row, "phase=first");
	clone = clone_greeted(&rig);
	assert_int_equal(phase_on(&rig, rig.helper, "second"), 0);
	expect(row, "a phase that is over", sample_on(&rig, rig.helper, row),
	    -EPERM);
	expect(row, "for a clone as well", sample_on(&rig, clone, row), -EPERM);
	psd_fd_close(clone);
	op_rig_stop(&rig);
}

/* clone itself has tests of its own. */
static void
check_all(void (*check)(const struct psd_op_row *row))
{
	for (size_t i = 0; i < psd_op_count; i++)
		if (!psd_op_rows[i].is_free &&
		    psd_op_rows[i].op != PSD_OP_clone)
			check(&psd_op_rows[i]);
}

static void
what_was_given_up_is_not_got_back_by_a_clone(void **state)
{
	(void)state;
	check_all(check_given_up);
}

static void
what_is_granted_once_is_done_once_by_all_clones(void **state)
{
	(void)state;
	check_all(check_once);
}

static void
a_clone_does_not_stay_in_a_phase_that_is_over(void **state)
{
	(void)state;
	check_all(check_phase);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_given_up_is_not_got_back_by_a_clone),
		cmocka_unit_test(
		    what_is_granted_once_is_done_once_by_all_clones),
		cmocka_unit_test(a_clone_does_not_stay_in_a_phase_that_is_over),
	};
	const int r = sample_keep_host();

	if (r < 0) {
		print_message("SKIP: no namespaces of our own: %s\n",
		    strerror(-r));
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
