/* SPDX-License-Identifier: ISC */
#include "policy/owner.h"

#include "common/kind.h"
#include "policy/user.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>

/* A line longer than this names nobody; it has all members of the group. */
enum { GROUP_ENTRY_MAX = 65536 };

/* A name before a colon. */
enum { USER_MAX = 255 };

static const char groups[] = "/etc/group";

static void
close_file(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file);
}

/* Not getgrnam(), for the reasons of psd_user_find(). */
static int
find_group_name(const char *name, gid_t *ret_gid)
{
	__attribute__((cleanup(close_file))) FILE *file = fopen(groups, "re");
	struct group entry, *found = NULL;
	static char buffer[GROUP_ENTRY_MAX];
	int r;

	if (file == NULL)
		return -errno;
	do {
		r = fgetgrent_r(file, &entry, buffer, sizeof(buffer), &found);
		if (r == 0 && strcmp(entry.gr_name, name) == 0) {
			*ret_gid = entry.gr_gid;
			return 0;
		}
	} while (r == 0);
	return -r;
}

static int
find_group(const char *text, bool by_number, gid_t *ret_gid)
{
	uid_t number;
	const int r = psd_user_number(text, &number);

	if (r == -EINVAL && !by_number)
		return find_group_name(text, ret_gid);
	if (r == 0)
		*ret_gid = (gid_t)number;
	return r;
}

int
psd_owner_find(const char *text, bool by_number, uint64_t *ret_owner)
{
	uid_t uid = PSD_OWNER_KEEP;
	gid_t gid = PSD_OWNER_KEEP, own;
	const char *colon = strchr(text, ':');
	const char *group = colon == NULL ? "-" : colon + 1;
	char user[USER_MAX + 1];
	int r = 0;

	if (colon == NULL)
		colon = text + strlen(text);
	if (colon - text > USER_MAX || *group == '\0')
		return -EINVAL;
	(void)snprintf(user, sizeof(user), "%.*s", (int)(colon - text), text);
	if (user[0] != '\0' && strcmp(user, "-") != 0)
		r = by_number ? psd_user_number(user, &uid)
			      : psd_user_find(user, &uid, &own);
	if (r == 0 && strcmp(group, "-") != 0)
		r = find_group(group, by_number, &gid);
	if (r < 0)
		return r;
	if (uid == PSD_OWNER_KEEP && gid == PSD_OWNER_KEEP)
		return -EINVAL;
	*ret_owner = PSD_OWNER(uid, gid);
	return 0;
}
