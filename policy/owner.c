/* SPDX-License-Identifier: ISC */
#include "policy/owner.h"

#include "common/kind.h"
#include "policy/user.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A name before a colon. */
enum { USER_MAX = 255 };

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
		r = by_number ? psd_user_number(group, &gid)
			      : psd_user_find_group(group, &gid);
	if (r < 0)
		return r;
	if (uid == PSD_OWNER_KEEP && gid == PSD_OWNER_KEEP)
		return -EINVAL;
	*ret_owner = PSD_OWNER(uid, gid);
	return 0;
}
