/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/file.h"
#include "policy/syntax.h"
#include "policy/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What the reader called back with, one "LINE [section] key=value;" each. */
static char seen[4096];

static void
note(void *cookie, const struct psd_setting *setting, struct psd_diag *diag)
{
	const size_t len = strlen(seen);

	(void)cookie;
	(void)diag;
	if (setting->key == NULL)
		snprintf(seen + len, sizeof(seen) - len, "%u [%s];",
		    setting->where.line, setting->section);
	else
		snprintf(seen + len, sizeof(seen) - len, "%u %s=<%s>;",
		    setting->where.line, setting->key, setting->value);
}

static unsigned int
read_text(const char *text, size_t len, char *ret_told, size_t size)
{
	struct psd_diag diag;
	unsigned int errors;

	seen[0] = '\0';
	psd_diag_init(&diag);
	psd_syntax_read("f", text, len, note, NULL, &diag);
	errors = diag.errors;
	snprintf(ret_told, size, "%s", diag.text == NULL ? "" : diag.text);
	psd_diag_free(&diag);
	return errors;
}

struct good {
	const char *text;
	const char *seen;
};

static void
well_formed_text_is_read_as_systemd_reads_it(void **state)
{
	static const struct good cases[] = {
		{ "", "" },
		{ "\n\n  \n\t\n", "" },
		{ "# only\n; comments", "" },
		{ "[A]", "1 [A];" },
		{ "[A]\nk=v", "1 [A];2 k=<v>;" },
		{ "[A]\n  k\t = \t v w \t\n", "1 [A];2 k=<v w>;" },
		{ "[A]\nk=\n", "1 [A];2 k=<>;" },
		{ "[A]\nk=a=b\n", "1 [A];2 k=<a=b>;" },
		{ "[A]\nk=v # no comment\n", "1 [A];2 k=<v # no comment>;" },
		{ "[A]\r\nk=v\r\n", "1 [A];2 k=<v>;" },
		{ "[A]\nk=a\\\nb\\\n  c\nl=d", "1 [A];2 k=<a b c>;5 l=<d>;" },
		{ "[A]\nk=a\\\n# in\n;between\n  b\n", "1 [A];2 k=<a b>;" },
		{ "[A]\nk=a\\\n\nl=b\n", "1 [A];2 k=<a>;4 l=<b>;" },
		{ "[A]\nk=a\\\\\nl=b\n", "1 [A];2 k=<a\\\\>;3 l=<b>;" },
		{ "[A]\n# c \\\nk=v\n", "1 [A];3 k=<v>;" },
		{ "[A]\nk=100%%\n", "1 [A];2 k=<100%>;" },
		{ "[A]\nk=%%%%\n", "1 [A];2 k=<%%>;" },
		{ "[A]\nX-k=%q\nl=v\n", "1 [A];3 l=<v>;" },
		{ "[X-A]\nany thing\nk=%q\n[B]\nl=v", "4 [B];5 l=<v>;" },
		{ "[A]\n[B]\n[A]\nk=v", "1 [A];2 [B];3 [A];4 k=<v>;" },
		{ "[A]\nk=\xc3\xa4\xff\n", "1 [A];2 k=<\xc3\xa4\xff>;" },
	};
	char told[1024];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_int_equal(read_text(cases[i].text, strlen(cases[i].text),
				     told, sizeof(told)),
		    0);
		assert_string_equal(told, "");
		assert_string_equal(seen, cases[i].seen);
	}
}

struct bad {
	const char *text;
	const char *told; /* the message begins so */
};

static void
malformed_text_is_told_with_its_line(void **state)
{
	static const struct bad cases[] = {
		{ "k=v", "f:1: k= stands before the first section" },
		{ "[A]\nk\n", "f:2: neither [Section] nor Key=value" },
		{ "[A]\n=v\n", "f:2: neither [Section] nor Key=value" },
		{ "[A]\nk v=w\n", "f:2: neither [Section] nor Key=value" },
		{ "[A]\nk_=w\n", "f:2: neither [Section] nor Key=value" },
		{ "[A]\nk\xc3\xa4=w\n", "f:2: neither [Section] nor" },
		{ "[A\n", "f:1: a section is written [Name]" },
		{ "[A] # b\n", "f:1: a section is written [Name]" },
		{ "[]\n", "f:1: a section is written [Name]" },
		{ "[A B]\n", "f:1: a section is written [Name]" },
		{ "[A]]\n", "f:1: a section is written [Name]" },
		{ "[", "f:1: a section is written [Name]" },
		{ "[A]\nk=a%b\n", "f:2: k= has a % that is not doubled" },
		{ "[A]\nk=%\n", "f:2: k= has a % that is not doubled" },
		{ "[A]\nk=%%%\n", "f:2: k= has a % that is not doubled" },
		{ "[A]\nk=a\\", "f:2: the file ends within this line" },
		{ "[A]\nk=a\\\n# b\n", "f:2: the file ends within this line" },
		{ "[A]\nk=a\\ \nl=b\n", "f:2: k= ends in a backslash with" },
		{ "[A]\nk=a\001b\n", "f:2: a control character" },
		{ "[A]\nk=a\x7f\n", "f:2: a control character" },
		{ "[A]\nk=a\rb\n", "f:2: a control character" },
		{ "[A]\nk=a\\\nb\033\\\nc\n", "f:3: a control character" },
		{ "\xef\xbb\xbf[A]\n", "f:1: neither [Section] nor Key=value" },
	};
	char told[1024];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_int_equal(read_text(cases[i].text, strlen(cases[i].text),
				     told, sizeof(told)),
		    1);
		if (strncmp(told, cases[i].told, strlen(cases[i].told)) != 0)
			fail_msg("%s is not %s", told, cases[i].told);
		/* What is malformed is passed over, not half understood. */
		assert_null(strstr(seen, "k="));
	}
}

static void
errors_do_not_end_the_reading(void **state)
{
	static const char text[] = "bad\n[A]\nk=%x\nl=v\n[B\nm=w\n";
	char told[1024];

	(void)state;
	assert_int_equal(read_text(text, strlen(text), told, sizeof(told)), 3);
	assert_string_equal(seen, "2 [A];4 l=<v>;6 m=<w>;");
}

/* A line of n bytes in [A]. */
static unsigned int
read_long(size_t n, bool in_two)
{
	static const char start[] = { '[', 'A', ']', '\n', 'k', '=' };
	const size_t head = sizeof(start);
	_cleanup_free_ char *text = malloc(head + n + 2);
	char told[1024];

	assert_non_null(text);
	memcpy(text, start, head);
	memset(text + head, 'v', n);
	if (in_two) {
		text[head + n / 2] = '\\';
		text[head + n / 2 + 1] = '\n';
	}
	return read_text(text, head + n, told, sizeof(told));
}

static void
line_is_at_most_64_kib(void **state)
{
	(void)state;
	assert_int_equal(read_long(PSD_FILE_LINE_MAX - 2, false), 0);
	assert_int_equal(read_long(PSD_FILE_LINE_MAX - 1, false), 1);
	assert_int_equal(read_long(8 * PSD_FILE_LINE_MAX, false), 1);
	assert_int_equal(read_long(PSD_FILE_LINE_MAX - 1, true), 0);
	assert_int_equal(read_long(PSD_FILE_LINE_MAX + 2, true), 1);
}

struct split {
	const char *text;
	const char *words; /* each closed by | */
	enum psd_word_found last;
};

static enum psd_word_found
split(const char *text, char *ret, size_t size)
{
	enum psd_word_found found;
	char word[32];
	size_t len = 0;

	ret[0] = '\0';
	while ((found = psd_words_next(&text, word, sizeof(word))) ==
	    PSD_WORD_FOUND)
		len += (size_t)snprintf(ret + len, size - len, "%s|", word);
	return found;
}

static void
words_are_taken_apart_with_quotes_and_escapes(void **state)
{
	static const struct split cases[] = {
		{ "", "", PSD_WORD_END },
		{ " \t ", "", PSD_WORD_END },
		{ "a  b\tc ", "a|b|c|", PSD_WORD_END },
		{ "\"a b\" 'c \"d' ''", "a b|c \"d||", PSD_WORD_END },
		{ "a\\x20b \\163\\t \\\\ \\\"", "a b|s\t|\\|\"|",
		    PSD_WORD_END },
		{ "\"\\x41\\s'\" '\\''", "A '|'|", PSD_WORD_END },
		{ "\\xff", "\xff|", PSD_WORD_END },
		{ "a \"b", "a|", PSD_WORD_QUOTE },
		{ "\"", "", PSD_WORD_QUOTE },
		{ "\"a\"b", "", PSD_WORD_QUOTE },
		{ "a\"b c\"", "", PSD_WORD_QUOTE },
		{ "it's", "", PSD_WORD_QUOTE },
		{ "a \\q", "a|", PSD_WORD_ESCAPE },
		{ "\\", "", PSD_WORD_ESCAPE },
		{ "\"\\", "", PSD_WORD_ESCAPE },
		{ "\\x4", "", PSD_WORD_ESCAPE },
		{ "\\xg0", "", PSD_WORD_ESCAPE },
		{ "\\18", "", PSD_WORD_ESCAPE },
		{ "\\400", "", PSD_WORD_ESCAPE },
		/* A NUL would hide what comes after it. */
		{ "a\\x00b", "", PSD_WORD_ESCAPE },
		{ "a\\000b", "", PSD_WORD_ESCAPE },
		{ "1234567890123456789012345678901",
		    "1234567890123456789012345678901|", PSD_WORD_END },
		{ "12345678901234567890123456789012", "", PSD_WORD_LONG },
		{ "'12345678901234567890123456789012'", "", PSD_WORD_LONG },
	};
	char words[256];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_int_equal(split(cases[i].text, words, sizeof(words)),
		    cases[i].last);
		assert_string_equal(words, cases[i].words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_text_is_read_as_systemd_reads_it),
		cmocka_unit_test(malformed_text_is_told_with_its_line),
		cmocka_unit_test(errors_do_not_end_the_reading),
		cmocka_unit_test(line_is_at_most_64_kib),
		cmocka_unit_test(words_are_taken_apart_with_quotes_and_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
