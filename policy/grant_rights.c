/* SPDX-License-Identifier: ISC */
#include "policy/grant_rights.h"

#include "common/print.h"
#include "policy/owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a list may have, each item at its longest; a line has no more room. */
enum { ITEMS_MAX = 64, LIST_MAX = ITEMS_MAX * (PSD_OWNER_TEXT_MAX + 1) };

/* The longest item as it is written: two names of 32 bytes, and more. */
enum { ITEM_MAX = 127 };

/*
 * Reads one item and prints it into ret, which has LIST_MAX bytes.  NULL, or
 * what is wrong with it.
 */
typedef const char *read_item(const struct psd_build *build, const char *item,
    char *ret);

static const char *
read_mode(const struct psd_build *build, const char *item, char *ret)
{
	uint32_t mode = 0;

	(void)build;
	if (strlen(item) != 4 || item[0] != '0')
		return "a mode is 0 and three octal digits; there is none "
		       "beyond 0777";
	for (const char *digit = item; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '7')
			return "a mode is 0 and three octal digits";
		mode = mode * 8 + (uint32_t)(*digit - '0');
	}
	psd_print_mode(ret, LIST_MAX, mode);
	return NULL;
}

static const char *
read_owner(const struct psd_build *build, const char *item, char *ret)
{
	uint64_t owner;
	const int r = psd_owner_find(item, build->is_asked, &owner);

	if (r == -ENOENT)
		return "there is no such user in /etc/passwd, or no such group "
		       "in /etc/group; numbers will do as well";
	if (r < 0 && build->is_asked)
		return "users and groups are given by their numbers";
	if (r < 0)
		return "an owner is USER, USER:GROUP or :GROUP";
	psd_print_owner(ret, LIST_MAX, owner);
	return NULL;
}

static const char *
read_list(struct psd_build *build, const char *word, read_item *read,
    struct psd_grant *grant)
{
	char list[LIST_MAX], item[ITEM_MAX + 1];
	size_t len = 0, n = 0;

	if (grant->is_deny && strcmp(word, "*") == 0) {
		grant->labels = psd_build_copy(build, word);
		return NULL;
	}
	for (const char *at = word;; at++) {
		const size_t item_len = strcspn(at, ",");
		const char *wrong;

		if (n++ == ITEMS_MAX)
			return "these are too many; write another line";
		if (item_len > ITEM_MAX)
			return "a name is too long";
		(void)snprintf(item, sizeof(item), "%.*s", (int)item_len, at);
		if (len > 0)
			list[len++] = ',';
		wrong = read(build, item, list + len);
		if (wrong != NULL)
			/* It is one of the literals above, never in list. */
			/* cppcheck-suppress returnDanglingLifetime */
			return wrong;
		len += strlen(list + len);
		at += item_len;
		if (*at == '\0')
			break;
	}
	grant->labels = psd_build_copy(build, list);
	return NULL;
}

const char *
psd_grant_modes(struct psd_build *build, const char *word,
    struct psd_grant *grant)
{
	return read_list(build, word, read_mode, grant);
}

const char *
psd_grant_owners(struct psd_build *build, const char *word,
    struct psd_grant *grant)
{
	return read_list(build, word, read_owner, grant);
}
