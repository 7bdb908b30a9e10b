/* SPDX-License-Identifier: ISC */
/* CPUAffinity=: which processors a policy means, and what has changed. */
#include "common/mem.h"
#include "policy/keys.h"
#include "policy/widen.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char told[PSD_PROCESSORS_TEXT * 3];

static void
load(struct test_policy *policy, const char *lines)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\n%s"
	    "[Policy]\nSystemCallFilter=@helper\n",
	    lines);
	test_policy_load(policy, text, 0);
	assert_non_null(policy->policy);
}

static void
lines_name_a_set_of_processors(void **state)
{
	static const struct {
		const char *lines, *meant;
	} cases[] = {
		{ "", "any" },
		{ "CPUAffinity=0\n", "0" },
		{ "CPUAffinity=0 1\n", "0-1" },
		{ "CPUAffinity=1,0\n", "0-1" },
		{ "CPUAffinity=0, 2\n", "0,2" },
		{ "CPUAffinity=4-6,2 8-9\n", "2,4-6,8-9" },
		{ "CPUAffinity=7-7\n", "7" },
		{ "CPUAffinity=0-1023\n", "0-1023" },
		{ "CPUAffinity=1\nCPUAffinity=3\n", "1,3" },
		{ "CPUAffinity=1-5\nCPUAffinity=\nCPUAffinity=3\n", "3" },
		{ "CPUAffinity=1-5\nCPUAffinity=\n", "any" },
	};
	char text[PSD_PROCESSORS_TEXT];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;

		load(&policy, cases[i].lines);
		psd_processors_print(policy.policy->processors, text,
		    sizeof(text));
		assert_string_equal(text, cases[i].meant);
		test_policy_free(&policy);
	}
}

static void
every_second_processor_has_room_in_the_text(void **state)
{
	char text[PSD_PROCESSORS_TEXT];
	cpu_set_t set;

	(void)state;
	CPU_ZERO(&set);
	for (size_t cpu = 1; cpu < CPU_SETSIZE; cpu += 2)
		CPU_SET(cpu, &set);
	psd_processors_print(&set, text, sizeof(text));
	assert_string_equal(text + strlen(text) - 10, ",1021,1023");
}

static void
note(void *cookie, char sign, const char *text)
{
	(void)cookie;
	(void)snprintf(told, sizeof(told), "%c %s", sign, text);
}

static void
a_change_of_processors_is_told(void **state)
{
	struct test_policy older, newer, same;

	(void)state;
	load(&older, "");
	load(&newer, "CPUAffinity=1 0\n");
	load(&same, "CPUAffinity=0-1\n");
	psd_policy_compare(older.policy, newer.policy, note, NULL);
	assert_non_null(strstr(told, "CPUAffinity= was any, is 0-1"));
	assert_int_equal(told[0], '~');
	told[0] = '\0';
	psd_policy_compare(newer.policy, same.policy, note, NULL);
	assert_string_equal(told, "");
	test_policy_free(&older);
	test_policy_free(&newer);
	test_policy_free(&same);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_name_a_set_of_processors),
		cmocka_unit_test(every_second_processor_has_room_in_the_text),
		cmocka_unit_test(a_change_of_processors_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
