/* SPDX-License-Identifier: ISC */
#include "policy/bracket.h"

#include "common/mem.h"

#include <ctype.h>
#include <string.h>

/*
 * These functions ask the locale, which is C in every program of ours: none
 * calls setlocale().
 */
static const struct {
	const char *name;
	int (*has)(int c);
} classes[] = {
	{ "alnum", isalnum },
	{ "alpha", isalpha },
	{ "blank", isblank },
	{ "cntrl", iscntrl },
	{ "digit", isdigit },
	{ "graph", isgraph },
	{ "lower", islower },
	{ "print", isprint },
	{ "punct", ispunct },
	{ "space", isspace },
	{ "upper", isupper },
	{ "xdigit", isxdigit },
};

/* "[:name:]" at text: its length, or 0, and whether c is of that class. */
static size_t
take_class(const char *text, size_t len, unsigned char c, bool *ret_has)
{
	for (size_t i = 0; i < PSD_ELEMENTS(classes); i++) {
		const size_t n = strlen(classes[i].name);

		if (len < n + 4 || memcmp(text + 2, classes[i].name, n) != 0 ||
		    text[n + 2] != ':' || text[n + 3] != ']')
			continue;
		*ret_has = classes[i].has(c) != 0;
		return n + 4;
	}
	return 0;
}

/*
 * One element within the brackets: a class, a range or a character.  Returns
 * its length, or 0 when it is not well formed.
 */
static size_t
take_element(const char *text, size_t len, unsigned char c, bool *ret_has)
{
	const unsigned char low = (unsigned char)text[0];
	unsigned char high;

	if (len >= 2 && low == '[') {
		if (text[1] == ':')
			return take_class(text, len, c, ret_has);
		if (text[1] == '=' || text[1] == '.')
			return 0;
	}
	if (len < 3 || text[1] != '-' || text[2] == ']') {
		*ret_has = c == low;
		return 1;
	}
	high = (unsigned char)text[2];
	if (high < low || high == '[')
		return 0;
	*ret_has = c >= low && c <= high;
	return 3;
}

/* Goes through the expression: its length or 0, and whether c is in it. */
static size_t
walk(const char *text, size_t len, unsigned char c, bool *ret_match)
{
	bool is_negated = false, is_in = false, is_first = true;
	size_t i = 1;

	if (i < len && (text[i] == '!' || text[i] == '^')) {
		is_negated = true;
		i++;
	}
	for (; i < len && (is_first || text[i] != ']'); is_first = false) {
		bool has = false;
		const size_t n = take_element(text + i, len - i, c, &has);

		if (n == 0)
			return 0;
		is_in = is_in || has;
		i += n;
	}
	if (i >= len)
		return 0;
	*ret_match = is_in != is_negated;
	return i + 1;
}

size_t
psd_bracket_len(const char *text, size_t len)
{
	bool match;

	return walk(text, len, 0, &match);
}

bool
psd_bracket_match(const char *text, size_t len, char c, size_t *ret_len)
{
	bool match = false;
	const size_t n = walk(text, len, (unsigned char)c, &match);

	if (n == 0 || !match)
		return false;
	*ret_len = n;
	return true;
}
