/* SPDX-License-Identifier: ISC */
#include "policy/domain.h"

#include "policy/cover.h"
#include "policy/glob.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_BYTES = 253, LABEL_MAX_BYTES = 63 };

static const char digits[] = "0123456789";
static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
static const char pattern_letters[] =
    "abcdefghijklmnopqrstuvwxyz0123456789-_*?";

/*
 * "1", "017" and "0x7f": inet_aton(3), which resolvers ask first, would take
 * a name that ends so for an address.
 */
static bool
is_number(const char *at, size_t len)
{
	if (len > 1 && at[0] == '0' && at[1] == 'x')
		return strspn(at + 2, "0123456789abcdef") >= len - 2;
	return strspn(at, digits) >= len;
}

/* Slashes for dots, small letters; no dot at the end.  False: too long. */
static bool
spell(const char *text, size_t len, char *ret)
{
	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len == 0 || len > NAME_MAX_BYTES)
		return false;
	ret[0] = '/';
	for (size_t i = 0; i < len; i++) {
		/* A slash would become one more label's beginning. */
		if (text[i] == '/' || text[i] == '\0')
			return false;
		ret[i + 1] = text[i] == '.'
		    ? '/'
		    : (char)tolower((unsigned char)text[i]);
	}
	ret[len + 1] = '\0';
	return true;
}

/* Are these labels, of these letters, and the last one no number? */
static bool
has_labels(const char *name, const char *of)
{
	for (const char *at = name + 1;; at++) {
		const size_t len = strcspn(at, "/");

		if (len == 0 || len > LABEL_MAX_BYTES || strspn(at, of) < len)
			return false;
		if (at[len] == '\0')
			return !is_number(at, len);
		at += len;
	}
}

bool
psd_domain_name(const char *text, size_t len, char *ret)
{
	return text != NULL && spell(text, len, ret) &&
	    has_labels(ret, letters);
}

const char *
psd_domain_pattern(const char *text, char *ret)
{
	if (!spell(text, strlen(text), ret))
		return "a name has 1 to 253 bytes and no slash";
	if (!has_labels(ret, pattern_letters))
		return "labels have letters, digits, - and _, and * or ? as "
		       "wildcards, and an address is no name";
	/* "a**", too: it is not what it seems. */
	return psd_glob_wrong(ret);
}

bool
psd_domain_match(const char *pattern, const char *name)
{
	return psd_glob_match(pattern, name, strlen(name));
}

bool
psd_domain_contains(const char *wider, const char *narrower)
{
	if (wider == NULL || narrower == NULL)
		return wider == NULL && narrower == NULL;
	return psd_cover_contains(wider, narrower);
}

void
psd_domain_dot(char *name)
{
	const size_t len = strlen(name);

	if (name[0] != '/')
		return;
	memmove(name, name + 1, len);
	for (char *at = name; *at != '\0'; at++)
		if (*at == '/')
			*at = '.';
}
