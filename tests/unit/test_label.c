/* SPDX-License-Identifier: ISC */
/* Labels and the patterns that a line lists for them. */
#include "common/kind.h"
#include "common/mem.h"
#include "policy/label.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
what_needs_quoting_is_no_label(void **state)
{
	static const char *const labels[] = { "alice", "eth0.100", "wlan0:1",
		"systemd-network", "_x", "user@1000", "svc$", "a+b", "~a",
		"." };
	static const char *const others[] = { "", "a b", "a/b", "a,b", "a*",
		"a?", "[a]", "a\nb", "a\"", "a'", "a\\", "a%", "\xc3\xa4",
		"a=b", "a;b", "(a)" };
	char longest[PSD_LABEL_MAX + 2];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(labels); i++)
		if (!psd_label_is_valid(labels[i], strlen(labels[i])))
			fail_msg("%s", labels[i]);
	for (size_t i = 0; i < PSD_ELEMENTS(others); i++)
		if (psd_label_is_valid(others[i], strlen(others[i])))
			fail_msg("%s", others[i]);
	assert_false(psd_label_is_valid("a\0b", 3));
	assert_false(psd_label_is_valid(NULL, 0));
	memset(longest, 'a', sizeof(longest));
	assert_true(psd_label_is_valid(longest, PSD_LABEL_MAX));
	assert_false(psd_label_is_valid(longest, PSD_LABEL_MAX + 1));
}

static void
malformed_patterns_are_told(void **state)
{
	static const char *const good[] = { "a", "*", "a,b", "a*,?b", "e?h*" };
	static const char *const bad[] = { "", ",", "a,", ",a", "a,,b", "a b",
		"[a]", "a/b", "!a" };
	char longest[PSD_LABEL_MAX + 2] = "";

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(good); i++)
		assert_null(psd_label_wrong(good[i]));
	for (size_t i = 0; i < PSD_ELEMENTS(bad); i++)
		if (psd_label_wrong(bad[i]) == NULL)
			fail_msg("%s", bad[i]);
	memset(longest, 'a', sizeof(longest) - 1);
	assert_non_null(psd_label_wrong(longest));
	longest[PSD_LABEL_MAX] = '\0';
	assert_null(psd_label_wrong(longest));
}

static void
patterns_cover_whole_labels(void **state)
{
	static const struct {
		const char *patterns;
		const char *label;
		bool covers;
	} cases[] = {
		{ "eth0", "eth0", true },
		{ "eth0", "eth01", false },
		{ "eth0", "eth", false },
		{ "eth0", "ETH0", false },
		{ "eth?", "eth1", true },
		{ "eth?", "eth", false },
		{ "eth*", "eth", true },
		{ "eth*", "eth0.100", true },
		{ "*", "anything", true },
		{ "*a*b", "xaybzb", true },
		{ "*a*b", "xayb0", false },
		{ "lo,eth0", "eth0", true },
		{ "lo,eth0", "lo,eth0", false },
		{ "a*", "a*", false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (psd_label_match(cases[i].patterns, cases[i].label,
			strlen(cases[i].label)) != cases[i].covers)
			fail_msg("%s %s", cases[i].patterns, cases[i].label);
}

/* Every text of up to max characters of the alphabet, one after the other. */
static bool
next_text(char *text, size_t max, const char *alphabet)
{
	size_t i = 0;

	for (; text[i] != '\0'; i++) {
		const char *next = strchr(alphabet, text[i]) + 1;

		if (*next != '\0') {
			text[i] = *next;
			return true;
		}
		text[i] = alphabet[0];
	}
	if (i == max)
		return false;
	text[i] = alphabet[0];
	text[i + 1] = '\0';
	return true;
}

/* Whatever label says otherwise is found: they are all tried. */
static void
a_pattern_contains_another_only_if_it_covers_all_of_it(void **state)
{
	enum { MAX = 4 };
	char wider[MAX + 1] = "";
	unsigned n = 0;

	(void)state;
	while (next_text(wider, MAX, "ab*?")) {
		char narrower[MAX + 1] = "";

		while (next_text(narrower, MAX, "ab*?")) {
			char label[MAX + 1] = "";

			if (!psd_label_contains(wider, narrower))
				continue;
			n++;
			while (next_text(label, MAX, "ab"))
				if (psd_label_match(narrower, label,
					strlen(label)) &&
				    !psd_label_match(wider, label,
					strlen(label)))
					fail_msg("%s %s %s", wider, narrower,
					    label);
		}
	}
	assert_true(n > 1000);
}

static void
a_list_contains_what_its_patterns_contain(void **state)
{
	static const struct {
		const char *wider, *narrower;
		bool contains;
	} cases[] = {
		{ "a,b", "b", true },
		{ "a,b", "b,a", true },
		{ "a", "a,b", false },
		{ "*", "a,b*,?", true },
		{ "a*", "ab*,a", true },
		{ "a*", "*", false },
		{ "a?", "a*", false },
		{ "a", NULL, false },
		{ NULL, "a", false },
		{ NULL, NULL, true },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (psd_label_contains(cases[i].wider, cases[i].narrower) !=
		    cases[i].contains)
			fail_msg("case %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_needs_quoting_is_no_label),
		cmocka_unit_test(malformed_patterns_are_told),
		cmocka_unit_test(patterns_cover_whole_labels),
		cmocka_unit_test(
		    a_pattern_contains_another_only_if_it_covers_all_of_it),
		cmocka_unit_test(a_list_contains_what_its_patterns_contain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
