/* SPDX-License-Identifier: ISC */
#include "policy/label.h"

#include "common/kind.h"

#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:@+$~";
static const char pattern_letters[] =
    "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:@+$~*?";

bool
psd_label_is_valid(const char *text, size_t len)
{
	if (text == NULL || len == 0 || len > PSD_LABEL_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' || strchr(letters, text[i]) == NULL)
			return false;
	return true;
}

const char *
psd_label_wrong(const char *patterns)
{
	for (const char *at = patterns;; at++) {
		const size_t len = strcspn(at, ",");

		if (len == 0)
			return "a name is missing";
		if (len > PSD_LABEL_MAX)
			return "a name has at most 255 bytes";
		if (strspn(at, pattern_letters) < len)
			return "names have letters, digits and _ - . : @ + $ ~ "
			       "only, and * or ? as wildcards";
		at += len;
		if (*at == '\0')
			return NULL;
	}
}

/*
 * Of a pattern with wildcards in the place of a label, a star is covered by a
 * star alone; a question mark by either wildcard.
 */
static bool
covers_one(char pattern, char other)
{
	return other != '*' && (pattern == '?' || pattern == other);
}

/* One pattern against a label, or against a narrower pattern. */
static bool
covers(const char *pattern, size_t pattern_len, const char *text, size_t len)
{
	size_t i = 0, k = 0, after_star = 0, resume = 0;
	bool has_star = false;

	while (k < len) {
		if (i < pattern_len && pattern[i] == '*') {
			has_star = true;
			after_star = ++i;
			resume = k;
		} else if (i < pattern_len && covers_one(pattern[i], text[k])) {
			i++;
			k++;
		} else if (has_star) {
			k = ++resume;
			i = after_star;
		} else {
			return false;
		}
	}
	while (i < pattern_len && pattern[i] == '*')
		i++;
	return i == pattern_len;
}

/* text may be a label or a pattern, but no list. */
static bool
any_covers(const char *patterns, const char *text, size_t len)
{
	for (const char *at = patterns;; at++) {
		const size_t pattern_len = strcspn(at, ",");

		if (covers(at, pattern_len, text, len))
			return true;
		at += pattern_len;
		if (*at == '\0')
			return false;
	}
}

bool
psd_label_match(const char *patterns, const char *text, size_t len)
{
	return psd_label_is_valid(text, len) && any_covers(patterns, text, len);
}

bool
psd_label_contains(const char *wider, const char *narrower)
{
	if (wider == NULL || narrower == NULL)
		return wider == NULL && narrower == NULL;
	for (const char *at = narrower;; at++) {
		const size_t len = strcspn(at, ",");

		if (!any_covers(wider, at, len))
			return false;
		at += len;
		if (*at == '\0')
			return true;
	}
}
