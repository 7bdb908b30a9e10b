/* SPDX-License-Identifier: ISC */
#include "policy/user.h"

#include "common/mem.h"
#include "policy/value.h"

#include <errno.h>
#include <pwd.h>

/* A database entry larger than this is not believed. */
enum { ENTRY_MAX = 65536 };

/* Numbers that stand for "no user" in one or another interface. */
enum { NOBODY_16 = 65535 };

static int
find_name(const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	_cleanup_free_ char *buffer = malloc(ENTRY_MAX);
	struct passwd entry, *found = NULL;
	int r;

	if (buffer == NULL)
		return -ENOMEM;
	r = getpwnam_r(name, &entry, buffer, ENTRY_MAX, &found);
	if (found == NULL)
		return r == 0 ? -ENOENT : -r;
	*ret_uid = entry.pw_uid;
	*ret_gid = entry.pw_gid;
	return 0;
}

int
psd_user_find(const char *text, uid_t *ret_uid, gid_t *ret_gid)
{
	uint64_t number;
	const int r = psd_value_number(text, 0, UINT32_MAX - 1, &number);

	if (r == -EINVAL)
		return find_name(text, ret_uid, ret_gid);
	if (r < 0 || number == NOBODY_16)
		return -ERANGE;
	*ret_uid = (uid_t)number;
	*ret_gid = (gid_t)number;
	return 0;
}
