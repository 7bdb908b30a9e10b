/* SPDX-License-Identifier: ISC */
#include "policy/unit.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

static bool
ends_with(const char *text, size_t len, const char *end)
{
	const size_t n = strlen(end);

	return len > n && memcmp(text + len - n, end, n) == 0;
}

bool
psd_unit_is_valid(const char *name)
{
	const size_t len = strlen(name);
	const char *at = strchr(name, '@');

	if (len >= PSD_UNIT_SIZE || name[0] == '@')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    strchr(":-_.\\@", name[i]) == NULL)
			return false;
	if (at != NULL && strrchr(name, '.') == at + 1)
		return false;
	return ends_with(name, len, ".service") ||
	    ends_with(name, len, ".scope") || ends_with(name, len, ".socket");
}

/* The path in the line of version 2, "0::/path"; NULL without a whole one. */
static const char *
find_path(const char *membership)
{
	const char *line = membership;

	while (line != NULL && *line != '\0') {
		const char *end = strchr(line, '\n');

		if (strncmp(line, "0::/", 4) == 0)
			return end != NULL ? line + 3 : NULL;
		line = end != NULL ? end + 1 : NULL;
	}
	return NULL;
}

int
psd_unit_find(const char *membership, char ret[PSD_UNIT_SIZE])
{
	const char *at = find_path(membership);
	char name[PSD_UNIT_SIZE] = "";
	size_t len;

	if (at == NULL)
		return -ENOENT;
	at++;
	len = strcspn(at, "/\n");
	while (at[len] == '/' && ends_with(at, len, ".slice")) {
		at += len + 1;
		len = strcspn(at, "/\n");
	}
	/* Put before names that the kernel has for files of its own. */
	if (len > 0 && *at == '_') {
		at++;
		len--;
	}
	if (len >= sizeof(name))
		return -ENOENT;
	memcpy(name, at, len);
	name[len] = '\0';
	if (!psd_unit_is_valid(name))
		return -ENOENT;
	memcpy(ret, name, len + 1);
	return 0;
}
