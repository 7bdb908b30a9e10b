/* SPDX-License-Identifier: ISC */
#include "policy/words.h"

#include "common/print.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* A word being taken. */
struct word {
	const char *at; /* what comes next */
	char *ret;
	size_t size;
	size_t len;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* For one there is room, which our callers have seen to. */
static void
put(struct word *word, char c)
{
	assert(word->len + 1 < word->size);
	word->ret[word->len++] = c;
}

/* The value of n digits, or -1. */
static int
digits(const char *text, size_t n, int base)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		static const char all[] = "0123456789abcdef";
		const char c = (char)tolower((unsigned char)text[i]);
		const char *digit = c == '\0' ? NULL : strchr(all, c);

		if (digit == NULL || digit - all >= base)
			return -1;
		value = value * base + (int)(digit - all);
	}
	return value;
}

/* One character of "\xNN" or "\NNN", up to "\377"; a NUL is none. */
static bool
take_number(struct word *word, size_t n, int base)
{
	const int value = digits(word->at, n, base);

	if (value <= 0)
		return false;
	put(word, (char)value);
	word->at += n;
	return true;
}

/* What follows a backslash. */
static bool
take_escape(struct word *word)
{
	static const char names[] = "abfnrtv\\\"'s";
	static const char values[] = "\a\b\f\n\r\t\v\\\"' ";
	const char c = *word->at;
	const char *name = c == '\0' ? NULL : strchr(names, c);

	if (name != NULL) {
		word->at++;
		put(word, values[name - names]);
		return true;
	}
	if (c == 'x') {
		word->at++;
		return take_number(word, 2, 16);
	}
	return c >= '0' && c <= '3' && take_number(word, 3, 8);
}

/* The inside of a quoted word; quote is the character that closes it. */
static enum psd_word_found
take_quoted(struct word *word, char quote)
{
	for (; *word->at != quote;) {
		const char c = *word->at;

		if (c == '\0')
			return PSD_WORD_QUOTE;
		if (word->len + 1 >= word->size)
			return PSD_WORD_LONG;
		word->at++;
		if (c != '\\')
			put(word, c);
		else if (!take_escape(word))
			return PSD_WORD_ESCAPE;
	}
	word->at++;
	if (*word->at != '\0' && !is_space(*word->at))
		return PSD_WORD_QUOTE;
	return PSD_WORD_FOUND;
}

/*
 * Quotes go around whole words: NAME="a b" would be two words, which nobody
 * means.
 */
static enum psd_word_found
take_plain(struct word *word)
{
	while (*word->at != '\0' && !is_space(*word->at)) {
		const char c = *word->at;

		if (c == '"' || c == '\'')
			return PSD_WORD_QUOTE;
		if (word->len + 1 >= word->size)
			return PSD_WORD_LONG;
		word->at++;
		if (c != '\\')
			put(word, c);
		else if (!take_escape(word))
			return PSD_WORD_ESCAPE;
	}
	return PSD_WORD_FOUND;
}

enum psd_word_found
psd_words_next(const char **at, char *ret, size_t size)
{
	struct word word = { .at = *at, .ret = ret, .size = size };
	enum psd_word_found found;

	while (is_space(*word.at))
		word.at++;
	if (*word.at == '\0') {
		*at = word.at;
		return PSD_WORD_END;
	}
	if (*word.at == '"' || *word.at == '\'') {
		const char quote = *word.at++;

		found = take_quoted(&word, quote);
	} else {
		found = take_plain(&word);
	}
	ret[word.len] = '\0';
	*at = word.at;
	return found;
}

const char *
psd_words_wrong(enum psd_word_found found)
{
	switch (found) {
	case PSD_WORD_QUOTE:
		return "quotes go around a whole word, from its beginning to "
		       "its end; write \\\" for a quote inside a word";
	case PSD_WORD_ESCAPE:
		return "a backslash must begin a C escape such as \\x20; "
		       "write \\\\ for a backslash";
	case PSD_WORD_LONG:
		return "a word is too long";
	case PSD_WORD_FOUND:
	case PSD_WORD_END:
		break;
	}
	return "a word is missing";
}

/* Would the reader take it apart, or undo something in it? */
static bool
needs_quotes(const char *text)
{
	if (*text == '\0')
		return true;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f ||
		    strchr("\"'\\", *text) != NULL)
			return true;
	return false;
}

size_t
psd_words_print(char *ret, size_t size, const char *text)
{
	const char *quote = needs_quotes(text) ? "\"" : "";
	size_t len = 0;

	len += psd_print_line(ret, size, quote, strlen(quote));
	for (const char *at = text; *at != '\0';) {
		const size_t n = strcspn(at, "%");

		len += psd_print_escaped(ret + len, size - len, at, n);
		at += n;
		if (*at != '%')
			continue;
		len += psd_print_line(ret + len, size - len, "%%", 2);
		at++;
	}
	return len +
	    psd_print_line(ret + len, size - len, quote, strlen(quote));
}
