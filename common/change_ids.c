/* SPDX-License-Identifier: ISC */
/*
 * With an effective id the kernel changes who may look into the memory to what
 * fs.suid_dumpable says: 0, nobody; but 2 where core files are collected, and 1
 * lets everyone in who has all three of the process's uids.  And the memory may
 * be that of a parent which is privileged.  So the saved uid comes last, of which
 * the kernel takes no notice.
 */
#include "common/change_ids.h"

#include "common/raw.h"

#include <sys/prctl.h>

static const long same = -1;

static int
stop_dumping(void)
{
	return raw(SYS_prctl, PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

int
psd_change_gid(gid_t gid)
{
	const int r = raw(SYS_setresgid, gid, gid, gid);

	return r < 0 ? r : stop_dumping();
}

int
psd_change_uid(uid_t uid)
{
	int r = raw(SYS_setresuid, uid, uid, same);

	if (r >= 0)
		r = stop_dumping();
	return r < 0 ? r : raw(SYS_setresuid, same, same, uid);
}
