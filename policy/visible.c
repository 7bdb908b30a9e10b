/* SPDX-License-Identifier: ISC */
#include "policy/visible.h"

#include "common/lookup.h"
#include "common/mem.h"

#include <string.h>

static const struct {
	const char *word;
	uint32_t bit;
} words[] = {
	{ "name", PSD_SHOWS_NAME },
	{ "uid", PSD_SHOWS_UID },
	{ "gid", PSD_SHOWS_GID },
	{ "comment", PSD_SHOWS_COMMENT },
	{ "home", PSD_SHOWS_HOME },
	{ "shell", PSD_SHOWS_SHELL },
	{ "members", PSD_SHOWS_MEMBERS },
};

/* All that there is to be shown. */
static uint32_t
all_of(const struct psd_op_row *row)
{
	if (row->op == PSD_OP_get_user)
		return PSD_SHOWS_USER;
	return row->op == PSD_OP_get_group ? PSD_SHOWS_GROUP : 0;
}

bool
psd_visible_is_of(const struct psd_op_row *row)
{
	return all_of(row) != 0;
}

static uint32_t
find(const char *at, size_t len)
{
	for (size_t i = 0; i < PSD_ELEMENTS(words); i++)
		if (strlen(words[i].word) == len &&
		    memcmp(words[i].word, at, len) == 0)
			return words[i].bit;
	return 0;
}

const char *
psd_visible_parse(const struct psd_op_row *row, const char *word, uint32_t *ret)
{
	uint32_t shown = 0;

	for (const char *at = word;; at++) {
		const size_t len = strcspn(at, ",");
		const uint32_t bit = find(at, len);

		if ((bit & all_of(row)) == 0)
			return row->op == PSD_OP_get_user
			    ? "a user has the fields name, uid, gid, comment, "
			      "home and shell, joined by commas"
			    : "a group has the fields name, gid and members, "
			      "joined by commas";
		shown |= bit;
		at += len;
		if (*at == '\0')
			break;
	}
	*ret = shown;
	return NULL;
}

uint32_t
psd_visible_by_default(const struct psd_op_row *row)
{
	/* Who is in a group is told only where a line says so. */
	return all_of(row) & ~(uint32_t)PSD_SHOWS_MEMBERS;
}
