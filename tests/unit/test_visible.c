/* SPDX-License-Identifier: ISC */
/* The word fields= of lines about users and groups. */
#include "common/lookup.h"
#include "common/mem.h"
#include "policy/modifier.h"
#include "policy/visible.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct psd_op_row *
row_of(enum psd_op op)
{
	return psd_op_find((uint32_t)op);
}

static void
each_row_has_fields_of_its_own(void **state)
{
	static const struct {
		enum psd_op op;
		const char *word;
		uint32_t shown; /* 0: malformed */
	} cases[] = {
		{ PSD_OP_get_user, "name", PSD_SHOWS_NAME },
		{ PSD_OP_get_user, "name,uid,gid,comment,home,shell",
		    PSD_SHOWS_USER },
		{ PSD_OP_get_user, "uid,uid", PSD_SHOWS_UID },
		{ PSD_OP_get_user, "members", 0 },
		{ PSD_OP_get_user, "password", 0 },
		{ PSD_OP_get_user, "", 0 },
		{ PSD_OP_get_user, "name,", 0 },
		{ PSD_OP_get_user, "Name", 0 },
		{ PSD_OP_get_group, "name,gid,members", PSD_SHOWS_GROUP },
		{ PSD_OP_get_group, "uid", 0 },
		{ PSD_OP_get_group, "home", 0 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		uint32_t shown = 0;
		const char *wrong = psd_visible_parse(row_of(cases[i].op),
		    cases[i].word, &shown);

		if ((wrong == NULL) != (cases[i].shown != 0) ||
		    shown != cases[i].shown)
			fail_msg("%s", cases[i].word);
	}
}

static void
without_the_word_all_is_shown_but_members(void **state)
{
	(void)state;
	assert_int_equal(psd_visible_by_default(row_of(PSD_OP_get_user)),
	    PSD_SHOWS_USER);
	assert_int_equal(psd_visible_by_default(row_of(PSD_OP_get_group)),
	    PSD_SHOWS_NAME | PSD_SHOWS_GID);
	assert_int_equal(psd_visible_by_default(row_of(PSD_OP_open)), 0);
	assert_false(psd_visible_is_of(row_of(PSD_OP_get_groups)));
}

static void
a_line_that_shows_more_is_wider(void **state)
{
	static const struct {
		uint32_t wider, narrower;
		bool contains;
	} cases[] = {
		{ PSD_SHOWS_USER, PSD_SHOWS_NAME, true },
		{ PSD_SHOWS_NAME, PSD_SHOWS_USER, false },
		{ PSD_SHOWS_NAME, PSD_SHOWS_UID, false },
		{ PSD_SHOWS_UID, PSD_SHOWS_UID, true },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct psd_grant wider = { .fields = cases[i].wider };
		struct psd_grant narrower = { .fields = cases[i].narrower };

		/* Whether by the word or without it. */
		narrower.modifiers = i % 2 == 0 ? PSD_MODIFIER_FIELDS : 0;
		assert_int_equal(psd_modifier_contains(row_of(PSD_OP_get_user),
				     &wider, &narrower),
		    cases[i].contains);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_has_fields_of_its_own),
		cmocka_unit_test(without_the_word_all_is_shown_but_members),
		cmocka_unit_test(a_line_that_shows_more_is_wider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
