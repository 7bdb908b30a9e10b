/* SPDX-License-Identifier: ISC */
/* A user, a group or a supplementary group that is not its own. */
#include "tests/attacks/attack.h"

#include <sys/fsuid.h>

ATTACK(ids, ATTACK_CALLS)
{
	uid_t users[3];
	gid_t groups[3];

	if (getresuid(&users[0], &users[1], &users[2]) < 0 ||
	    getresgid(&groups[0], &groups[1], &groups[2]) < 0)
		return errno;
	if (getgroups(0, NULL) != 0 || users[0] == 0 || groups[0] == 0)
		return 0;
	for (int i = 0; i < 3; i++)
		if (users[i] != users[0] || groups[i] != groups[0])
			return 0;
	/* Such a call changes nothing, and tells what there is. */
	if ((uid_t)setfsuid((uid_t)-1) != users[0] ||
	    (gid_t)setfsgid((gid_t)-1) != groups[0])
		return 0;
	return EPERM;
}
