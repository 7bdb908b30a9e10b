/* SPDX-License-Identifier: ISC */
#include "policy/user.h"

#include "common/stream.h"
#include "policy/value.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line longer than this names nobody. */
enum { ENTRY_MAX = 4096 };

/* Numbers that stand for "no user" in one or another interface. */
enum { NOBODY_16 = 65535 };

static const char database[] = "/etc/passwd";
static const char groups[] = "/etc/group";

/*
 * Not getpwnam(): it would load what nsswitch.conf names into a process that
 * has privileges, and wait for it.
 */
static int
find_name(const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	_cleanup_file_ FILE *file = fopen(database, "re");
	struct passwd entry, *found = NULL;
	char buffer[ENTRY_MAX];
	int r;

	if (file == NULL)
		return -errno;
	do {
		r = fgetpwent_r(file, &entry, buffer, sizeof(buffer), &found);
		if (r == 0 && strcmp(entry.pw_name, name) == 0) {
			*ret_uid = entry.pw_uid;
			*ret_gid = entry.pw_gid;
			return 0;
		}
	} while (r == 0);
	return -r;
}

/* "NAME:PASSWORD:NUMBER:..." */
static bool
is_group_line(const char *line, const char *name, gid_t *ret_gid)
{
	const size_t len = strlen(name);
	const char *number;
	char *end;
	unsigned long value;

	if (strncmp(line, name, len) != 0 || line[len] != ':')
		return false;
	number = strchr(line + len + 1, ':');
	if (number == NULL || !isdigit((unsigned char)number[1]))
		return false;
	errno = 0;
	value = strtoul(number + 1, &end, 10);
	if (errno != 0 || value >= UINT32_MAX || *end != ':')
		return false;
	*ret_gid = (gid_t)value;
	return true;
}

/*
 * Not fgetgrent_r(): a line can have any number of members, and one that is
 * too long for its buffer would be read again and again.  The name stands at
 * the beginning; what of a line finds no room is only passed over.
 */
static int
find_group(const char *name, gid_t *ret_gid)
{
	_cleanup_file_ FILE *file = fopen(groups, "re");
	char line[ENTRY_MAX];
	bool is_beginning = true;

	if (file == NULL)
		return -errno;
	while (fgets(line, sizeof(line), file) != NULL) {
		if (is_beginning && is_group_line(line, name, ret_gid))
			return 0;
		is_beginning = strchr(line, '\n') != NULL;
	}
	return ferror(file) ? -EIO : -ENOENT;
}

int
psd_user_number(const char *text, uid_t *ret_uid)
{
	uint64_t number;
	const int r = psd_value_number(text, 0, UINT32_MAX - 1, &number);

	if (r == -EINVAL)
		return r;
	if (r < 0 || number == NOBODY_16)
		return -ERANGE;
	*ret_uid = (uid_t)number;
	return 0;
}

int
psd_user_find_group(const char *text, gid_t *ret_gid)
{
	const int r = psd_user_number(text, ret_gid);

	return r == -EINVAL ? find_group(text, ret_gid) : r;
}

int
psd_user_find(const char *text, uid_t *ret_uid, gid_t *ret_gid)
{
	const int r = psd_user_number(text, ret_uid);

	if (r == -EINVAL)
		return find_name(text, ret_uid, ret_gid);
	if (r == 0)
		*ret_gid = (gid_t)*ret_uid;
	return r;
}
