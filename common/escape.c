/* SPDX-License-Identifier: ISC */
#include "common/escape.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* How many bytes follow this first byte of a UTF-8 character; 0: not one. */
static size_t
utf8_tail(unsigned char first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef)
		return 2;
	if (first >= 0xf0 && first <= 0xf4)
		return 3;
	return 0;
}

/*
 * Characters that a reader does not see but a terminal or viewer acts on: C1
 * controls, marks and overrides of the direction of writing, separators of
 * lines, characters without width.
 */
static bool
steers_display(uint32_t c)
{
	return (c >= 0x80 && c <= 0x9f) || c == 0xad || c == 0x61c ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/* Length of the printable character at text, or 0. */
static size_t
printable_len(const unsigned char *text, size_t len)
{
	const size_t tail = utf8_tail(text[0]);
	uint32_t c;

	if (text[0] >= 0x20 && text[0] < 0x7f)
		return 1;
	if (tail == 0 || len <= tail)
		return 0;
	c = text[0] & (0x3fu >> tail);
	for (size_t i = 1; i <= tail; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	/* Written longer than needed, surrogates, beyond the last. */
	if ((tail == 2 && c < 0x800) || (tail == 3 && c < 0x10000) ||
	    (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	return steers_display(c) ? 0 : tail + 1;
}

/* Writes the next piece of text into ret; returns how much of text it is. */
static size_t
escape_one(const unsigned char *text, size_t len, bool quotes, char ret[5])
{
	const size_t n = printable_len(text, len);

	if (quotes && (*text == '\\' || *text == '"')) {
		(void)snprintf(ret, 5, "\\%c", *text);
		return 1;
	}
	if (n == 0) {
		(void)snprintf(ret, 5, "\\x%02x", *text);
		return 1;
	}
	memcpy(ret, text, n);
	ret[n] = '\0';
	return n;
}

size_t
psd_escape(char *ret, size_t size, const char *text, size_t len, bool quotes,
    size_t *ret_used)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t used = 0, written = 0;

	while (used < len) {
		char piece[5];
		const size_t n =
		    escape_one(at + used, len - used, quotes, piece);
		const size_t wants = strlen(piece);

		if (size - written <= wants)
			break;
		memcpy(ret + written, piece, wants);
		written += wants;
		used += n;
	}
	ret[written] = '\0';
	*ret_used = used;
	return written;
}
