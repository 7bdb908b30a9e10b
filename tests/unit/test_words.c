/* SPDX-License-Identifier: ISC */
/* Words of a policy's line: taken apart, refused, and printed again. */
#include "common/mem.h"
#include "policy/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORD_SIZE = 8 };

static enum psd_word_found
read_word(const char *text, char word[WORD_SIZE])
{
	const char *at = text;

	return psd_words_next(&at, word, WORD_SIZE);
}

static void
words_are_taken_apart_and_escapes_undone(void **state)
{
	static const struct {
		const char *text, *word;
	} cases[] = {
		{ " \t\r\na", "a" },
		{ "a\tb", "a" },
		{ "a\nb", "a" },
		{ "a\rb", "a" },
		{ "\"a b\"", "a b" },
		{ "'a\"b'", "a\"b" },
		{ "\"\"", "" },
		{ "\"a\"\r", "a" },
		{ "\\a\\b\\f\\n\\r\\t", "\a\b\f\n\r\t" },
		{ "\\v\\\\\\\"\\'\\s", "\v\\\"' " },
		{ "\\x41\\x7f\\xff", "A\x7f\xff" },
		{ "\\101\\001\\377", "A\001\377" },
		{ "1234567", "1234567" },
		{ "\"1234567\"", "1234567" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char word[WORD_SIZE];

		if (read_word(cases[i].text, word) != PSD_WORD_FOUND ||
		    strcmp(word, cases[i].word) != 0)
			fail_msg("%zu: %s", i, cases[i].text);
	}
}

static void
what_is_no_word_is_refused_by_its_reason(void **state)
{
	static const struct {
		const char *text;
		enum psd_word_found found;
		const char *told;
	} cases[] = {
		{ "", PSD_WORD_END, "a word is missing" },
		{ " \r\n", PSD_WORD_END, "a word is missing" },
		{ "\"a", PSD_WORD_QUOTE, "quotes go around a whole word" },
		{ "'a\"", PSD_WORD_QUOTE, "quotes go around a whole word" },
		{ "\"a\"b", PSD_WORD_QUOTE, "quotes go around a whole word" },
		{ "a\"b\"", PSD_WORD_QUOTE, "quotes go around a whole word" },
		{ "a'", PSD_WORD_QUOTE, "quotes go around a whole word" },
		{ "\\", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\q", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\"\\q\"", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\x", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\x4", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\x4g", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\x00", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\000", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\400", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\08a", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "\\/00", PSD_WORD_ESCAPE, "a backslash must begin" },
		{ "12345678", PSD_WORD_LONG, "a word is too long" },
		{ "\"12345678\"", PSD_WORD_LONG, "a word is too long" },
		{ "1234567\\n", PSD_WORD_LONG, "a word is too long" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char word[WORD_SIZE];
		const enum psd_word_found found =
		    read_word(cases[i].text, word);

		if (found != cases[i].found ||
		    strstr(psd_words_wrong(found), cases[i].told) == NULL)
			fail_msg("%s: %d, %s", cases[i].text, found,
			    psd_words_wrong(found));
	}
}

/* Whatever it is made of.  What "%%" is has been undone before a line is read. */
static void
word_that_is_printed_is_read_as_it_was(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char text[] = { (char)c, c == 0 ? '\0' : 'x', '\0' };
		char printed[32], word[WORD_SIZE];

		(void)psd_words_print(printed, sizeof(printed), text);
		if (read_word(printed, word) != PSD_WORD_FOUND ||
		    strcmp(word, c == '%' ? "%%x" : text) != 0)
			fail_msg("%d is printed as %s", c, printed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_taken_apart_and_escapes_undone),
		cmocka_unit_test(what_is_no_word_is_refused_by_its_reason),
		cmocka_unit_test(word_that_is_printed_is_read_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
