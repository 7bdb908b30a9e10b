/* SPDX-License-Identifier: ISC */
#include "tests/unit/advice_fixture.h"

static void
line_that_gets_around_a_deny_line_is_told(void **state)
{
	static const struct advised cases[] = {
		{ "AllowOpen=read /a/**\nDenyOpen=any /a/private/**\n"
		  "AllowRename=/a/**",
		    "www.policy:7: warning: AllowRename=/a/** lets the helper "
		    "give what DenyOpen=any /a/private/** (www.policy:6) "
		    "refuses a name that AllowOpen=read /a/** (www.policy:5) "
		    "allows; deny to rename that as well\n" },
		{ "AllowRename=/a/b/**\nDenyStat=/a/b/*.key\nAllowStat=/a/**",
		    "www.policy:5: warning: AllowRename=/a/b/** lets the "
		    "helper give what DenyStat=/a/b/*.key (www.policy:6) "
		    "refuses a name that AllowStat=/a/** (www.policy:7) allows; "
		    "deny to rename that as well\n" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i].lines, cases[i].warnings);
}

static void
line_that_does_not_certainly_do_so_is_not(void **state)
{
	static const char *const cases[] = {
		/* It cannot be moved. */
		"AllowOpen=read /a/**\nDenyOpen=any /a/private/**\n"
		"AllowRename=/a/**\nDenyRename=/a/private/**",
		"AllowOpen=read /a/**\nDenyOpen=any /a/private/**\n"
		"AllowRename=/a/public/**",
		/* There is nowhere to move it to. */
		"AllowOpen=read /b/**\nDenyOpen=any /a/private/**\n"
		"AllowRename=/a/**",
		/* It would gain nothing. */
		"AllowOpen=read /a/**\nDenyOpen=write /a/private/**\n"
		"AllowRename=/a/**",
		"AllowOpen=read /a/**\nAllowRename=/a/**",
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i], "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_that_gets_around_a_deny_line_is_told),
		cmocka_unit_test(line_that_does_not_certainly_do_so_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
