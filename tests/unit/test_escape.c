/* SPDX-License-Identifier: ISC */
/* What a reader of a log sees of bytes that a helper chose. */
#include "common/print.h"

#include "common/codec.h"
#include "common/mem.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

struct sample {
	const char *text;
	size_t len;
	const char *escaped; /* NULL: as it is */
};

#define AS_IT_IS(text) \
	{ \
		(text), sizeof(text) - 1, NULL \
	}
#define BECOMES(text, escaped) \
	{ \
		(text), sizeof(text) - 1, (escaped) \
	}

/* The same for quoted text and for whole lines. */
static const struct sample samples[] = {
	AS_IT_IS(""),
	AS_IT_IS("plain ~!@#$%^&*() text"),
	AS_IT_IS("100% %s %n"),
	AS_IT_IS("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7"),
	BECOMES("two\nlines\r\n", "two\\x0alines\\x0d\\x0a"),
	BECOMES("tab\there", "tab\\x09here"),
	BECOMES("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
	BECOMES("nul\0inside", "nul\\x00inside"),
	BECOMES("delete\x7f", "delete\\x7f"),
	/* Notes between lines and tags, and what stands beside them. */
	BECOMES("\xef\xbf\xb9", "\\xef\\xbf\\xb9"),
	BECOMES("\xef\xbf\xbb", "\\xef\\xbf\\xbb"),
	AS_IT_IS("\xef\xbf\xb8\xef\xbf\xbc"),
	BECOMES("\xf3\xa0\x80\x81", "\\xf3\\xa0\\x80\\x81"),
	AS_IT_IS("\xf3\xa0\x82\x80\xc2\xa0"),
	/* C1 controls, bare and as UTF-8. */
	BECOMES("\x9b"
		"2J",
	    "\\x9b2J"),
	BECOMES("\xc2\x9b"
		"2J",
	    "\\xc2\\x9b2J"),
	BECOMES("\xc2\x85", "\\xc2\\x85"),
	/* Direction: overrides, embeddings, isolates, marks. */
	BECOMES("a\xe2\x80\xae"
		"b",
	    "a\\xe2\\x80\\xaeb"),
	BECOMES("\xe2\x80\xaa", "\\xe2\\x80\\xaa"),
	BECOMES("\xe2\x81\xa6", "\\xe2\\x81\\xa6"),
	BECOMES("\xe2\x81\xa9", "\\xe2\\x81\\xa9"),
	BECOMES("\xe2\x80\x8f", "\\xe2\\x80\\x8f"),
	BECOMES("\xd8\x9c", "\\xd8\\x9c"),
	/* Separators of lines and paragraphs, no width, byte order mark. */
	BECOMES("\xe2\x80\xa8", "\\xe2\\x80\\xa8"),
	BECOMES("\xe2\x80\xa9", "\\xe2\\x80\\xa9"),
	BECOMES("\xe2\x80\x8b", "\\xe2\\x80\\x8b"),
	BECOMES("\xef\xbb\xbf", "\\xef\\xbb\\xbf"),
	/* What is no UTF-8: alone, cut, too long, surrogate, too high. */
	BECOMES("\x80", "\\x80"),
	BECOMES("\xff\xfe", "\\xff\\xfe"),
	BECOMES("\xc3", "\\xc3"),
	BECOMES("\xc3(", "\\xc3("),
	BECOMES("\xe2\x82", "\\xe2\\x82"),
	BECOMES("\xe2\x82x", "\\xe2\\x82x"),
	BECOMES("\xc0\xaf", "\\xc0\\xaf"),
	BECOMES("\xc1\xbf", "\\xc1\\xbf"),
	BECOMES("\xe0\x80\xaf", "\\xe0\\x80\\xaf"),
	BECOMES("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"),
	BECOMES("\xed\xa0\x80", "\\xed\\xa0\\x80"),
	BECOMES("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"),
	BECOMES("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"),
	BECOMES("\xf0\x9f\x90", "\\xf0\\x9f\\x90"),
};

typedef size_t printer(char *ret, size_t size, const char *text, size_t len);

static void
assert_printed(printer *print, const struct sample *sample,
    const char *expected)
{
	char printed[256];

	memset(printed, '#', sizeof(printed));
	assert_int_equal(print(printed, sizeof(printed), sample->text,
			     sample->len),
	    strlen(expected));
	assert_string_equal(printed, expected);
}

static void
what_steers_a_terminal_or_forges_a_line_is_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(samples); i++) {
		const char *expected = samples[i].escaped != NULL
		    ? samples[i].escaped
		    : samples[i].text;

		assert_printed(psd_print_escaped, &samples[i], expected);
		assert_printed(psd_print_line, &samples[i], expected);
	}
}

static void
quotes_and_backslashes_are_escaped_where_they_would_confuse(void **state)
{
	static const struct sample text = BECOMES("say \"a\\x0ab\"", NULL);

	(void)state;
	assert_printed(psd_print_escaped, &text, "say \\\"a\\\\x0ab\\\"");
	assert_printed(psd_print_line, &text, text.text);
}

/* No single byte and no pair of bytes comes out as anything that acts. */
static void
no_byte_comes_out_that_is_not_printable(void **state)
{
	(void)state;
	for (unsigned int pair = 0; pair < 0x10000; pair++) {
		const char text[2] = { (char)(pair >> 8), (char)pair };
		char printed[32];
		const size_t len = psd_print_line(printed, sizeof(printed),
		    text, sizeof(text));

		assert_int_equal(strlen(printed), len);
		for (size_t i = 0; i < len; i++) {
			const unsigned char c = (unsigned char)printed[i];

			assert_true(c >= 0x20 && c != 0x7f);
		}
	}
}

static bool
is_prefix(const char *text, const char *of, size_t len)
{
	return strlen(text) == len && strncmp(text, of, len) == 0;
}

/*
 * Cut anywhere, the text ends between two pieces: whole holds a piece of each
 * sort, and after which lengths of it one ends.
 */
static void
text_is_cut_between_two_pieces(void **state)
{
	static const char text[] = "a\nb\xe2\x82\xac\"\\z";
	static const char whole[] = "a\\x0ab\xe2\x82\xac\\\"\\\\z";
	static const size_t ends[] = { 0, 1, 5, 6, 9, 11, 13, 14 };
	char printed[sizeof(whole) + 8];
	size_t last = 0;

	(void)state;
	assert_int_equal(ends[PSD_ELEMENTS(ends) - 1], strlen(whole));
	for (size_t size = 1; size <= sizeof(whole) + 2; size++) {
		size_t len;

		memset(printed, '#', sizeof(printed));
		len = psd_print_escaped(printed, size, text, sizeof(text) - 1);
		while (last + 1 < PSD_ELEMENTS(ends) && ends[last + 1] < size)
			last++;
		assert_int_equal(len, ends[last]);
		assert_true(is_prefix(printed, whole, len));
		assert_int_equal(printed[size], '#');
	}
}

static void
no_room_at_all_is_left_alone(void **state)
{
	char untouched = '#';

	(void)state;
	assert_int_equal(psd_print_escaped(&untouched, 0, "text", 4), 0);
	assert_int_equal(psd_print_line(&untouched, 0, "text", 4), 0);
	assert_int_equal(untouched, '#');
	assert_int_equal(psd_print_line(&untouched, 1, "text", 4), 0);
	assert_int_equal(untouched, '\0');
}

static void
longest_request_is_cut_and_closed(void **state)
{
	static char path[PSD_PATH_MAX + 1];
	const struct psd_op_row *row = psd_op_find(PSD_OP_open);
	struct psd_open_req req = { .access = PSD_ACCESS_READ,
		.path = { path, PSD_PATH_MAX } };
	char printed[300];

	(void)state;
	memset(path, '\x1b', PSD_PATH_MAX);
	for (size_t size = 1; size < sizeof(printed); size++) {
		memset(printed, '#', sizeof(printed));
		psd_print_request(printed, size, row, &req);
		assert_non_null(memchr(printed, '\0', size));
		assert_null(memchr(printed, '\x1b', size));
		assert_int_equal(printed[size], '#');
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_steers_a_terminal_or_forges_a_line_is_escaped),
		cmocka_unit_test(
		    quotes_and_backslashes_are_escaped_where_they_would_confuse),
		cmocka_unit_test(no_byte_comes_out_that_is_not_printable),
		cmocka_unit_test(text_is_cut_between_two_pieces),
		cmocka_unit_test(no_room_at_all_is_left_alone),
		cmocka_unit_test(longest_request_is_cut_and_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
