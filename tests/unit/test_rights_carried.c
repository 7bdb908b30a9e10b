/* SPDX-License-Identifier: ISC */
/* Rights as a daemon that was executed anew is told them. */
#include "policy/rights_carried.h"
#include "policy/narrowing.h"
#include "tests/unit/narrow_fixture.h"

static const char lines[] = "Phases=first second\n"
			    "AllowStat=/srv/** once\n"
			    "AllowStat=/usr/**\n"
			    "DenyStat=/srv/secret\n"
			    "AllowOpen=read /srv/** phase=first\n"
			    "AllowLog=info";

/* The place of a policy's line among those of its operation. */
enum { SRV, USR, SECRET, NOWHERE };

static struct psd_narrowed
line_of(const struct narrowed *t, enum psd_op op, size_t at, const char *text)
{
	const struct psd_op_row *row = psd_op_find(op);
	const struct psd_grants *grants =
	    &t->policy.policy->grants[row - psd_op_rows];

	return (struct psd_narrowed){
		.row = row,
		.within = at < grants->n ? grants->at[at].index : UINT32_MAX,
		.text = text,
	};
}

static void
lines_are_added_and_hold_from_then_on(void **state)
{
	struct narrowed t;
	struct psd_narrowed line;

	(void)state;
	begin(&t, lines);
	line = line_of(&t, PSD_OP_stat, SRV, "AllowStat=/srv/a");
	assert_int_equal(psd_rights_add_line(&t.rights, t.policy.policy, &line),
	    0);
	assert_true(may(&t, "stat /srv/a"));
	assert_false(may(&t, "stat /srv/b"));
	line = line_of(&t, PSD_OP_stat, USR, "AllowStat=/usr/b");
	assert_int_equal(psd_rights_add_line(&t.rights, t.policy.policy, &line),
	    0);
	assert_true(may(&t, "stat /usr/b"));
	assert_true(may(&t, "stat /srv/a"));
	psd_rights_forget_lines(&t.rights);
	assert_true(may(&t, "stat /srv/b"));
	end(&t);
}

static void
line_that_does_not_fit_is_refused_and_holds_nothing(void **state)
{
	static const struct {
		enum psd_op op;
		size_t within;
		const char *text;
	} cases[] = {
		{ PSD_OP_stat, NOWHERE, "AllowStat=/srv/a" },
		{ PSD_OP_stat, SECRET, "AllowStat=/srv/secret" },
		{ PSD_OP_stat, SRV, "AllowStat=/usr/a" },
		{ PSD_OP_stat, SRV, "AllowOpen=read /srv/a" },
		{ PSD_OP_stat, SRV, "DenyStat=/srv/a" },
		{ PSD_OP_stat, SRV, "AllowStat=" },
		{ PSD_OP_stat, SRV, "[Policy]" },
		{ PSD_OP_stat, SRV, "" },
		{ PSD_OP_stat, SRV, "AllowStat=srv" },
		{ PSD_OP_stat, SRV, "AllowStat=/srv/a\nAllowStat=/srv/b" },
		{ PSD_OP_open, SRV, "AllowOpen=read /srv/a phase=third" },
		{ PSD_OP_log, SRV, "AllowLog=loud" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct psd_narrowing *narrowing = NULL;
		const struct psd_grant *grant = NULL;
		struct narrowed t;
		struct psd_narrowed line;

		begin(&t, lines);
		line = line_of(&t, cases[i].op, cases[i].within, cases[i].text);
		if (psd_rights_make_line(&t.rights, t.policy.policy, &line,
			&narrowing, &grant) != -EINVAL)
			fail_msg("%zu: made of %s", i, cases[i].text);
		assert_null(narrowing);
		if (psd_rights_add_line(&t.rights, t.policy.policy, &line) !=
		    -EINVAL)
			fail_msg("%zu: added %s", i, cases[i].text);
		end(&t);
	}
}

static void
line_alone_is_the_callers(void **state)
{
	struct narrowed t;
	struct psd_narrowed line;
	struct psd_narrowing *narrowing;
	const struct psd_grant *grant;

	(void)state;
	begin(&t, lines);
	line =
	    line_of(&t, PSD_OP_open, SRV, "AllowOpen=read /srv/a phase=first");
	assert_int_equal(psd_rights_make_line(&t.rights, t.policy.policy, &line,
			     &narrowing, &grant),
	    0);
	assert_string_equal(grant->glob, "/srv/a");
	assert_int_equal(grant->within->index, line.within);
	line = psd_narrowed_of(line.row, grant);
	assert_string_equal(line.text, "AllowOpen=read /srv/a phase=first");
	psd_narrowing_unref(narrowing);
	assert_true(may(&t, "open read /srv/b"));
	end(&t);
}

static void
as_many_lines_as_a_helper_may_narrow_to(void **state)
{
	struct narrowed t;
	struct psd_narrowed line;
	unsigned n = 0;
	int r;

	(void)state;
	begin(&t, lines);
	line = line_of(&t, PSD_OP_stat, SRV, "AllowStat=/srv/a");
	do
		r = psd_rights_add_line(&t.rights, t.policy.policy, &line);
	while (r == 0 && ++n <= PSD_NARROW_LINES_MAX);
	assert_int_equal(r, -EINVAL);
	assert_int_equal(n, PSD_NARROW_LINES_MAX);
	end(&t);
}

static void
marks_are_set_as_they_were_or_not_at_all(void **state)
{
	uint8_t marks[4096] = { 0 };
	struct narrowed t;
	uint32_t n, room;

	(void)state;
	begin(&t, lines);
	use(&t, "stat /srv/a");
	assert_false(may(&t, "stat /srv/a"));
	(void)psd_rights_marks(&t.rights, &n, &room);
	assert_true(n > 0 && n < room && room < sizeof(marks));
	assert_int_equal(psd_rights_set_marks(&t.rights, marks, n, room + 1),
	    -EINVAL);
	assert_int_equal(psd_rights_set_marks(&t.rights, marks, n - 1, room),
	    -EINVAL);
	assert_int_equal(psd_rights_set_marks(&t.rights, marks, room + 1, room),
	    -EINVAL);
	assert_false(may(&t, "stat /srv/a"));
	assert_int_equal(psd_rights_set_marks(&t.rights, marks, n, room), 0);
	assert_true(may(&t, "stat /srv/a"));
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_added_and_hold_from_then_on),
		cmocka_unit_test(
		    line_that_does_not_fit_is_refused_and_holds_nothing),
		cmocka_unit_test(line_alone_is_the_callers),
		cmocka_unit_test(as_many_lines_as_a_helper_may_narrow_to),
		cmocka_unit_test(marks_are_set_as_they_were_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
