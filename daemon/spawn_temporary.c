/* SPDX-License-Identifier: ISC */
#include "common/raw.h"
#include "common/sys.h"
#include "daemon/spawn_child.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

/*
 * In a copy of the prepared namespace, which nobody else is in.  The rule is
 * the same for every instance, so the ruleset that they share does not grow.
 */
int
psd_spawn_mount_temporary(struct psd_spawn_state *state)
{
	const struct psd_plan *plan = state->plan;
	int fd;
	int r;

	if (plan->temporary == NULL)
		return 0;
	r = raw(SYS_unshare, CLONE_NEWNS);
	if (r >= 0)
		r = raw(SYS_mount, "privsep", PSD_SPAWN_TEMPORARY, "tmpfs",
		    MS_NOSUID | MS_NODEV | MS_NOEXEC, plan->temporary);
	if (r < 0 || state->landlock_fd < 0)
		return r;
	fd = raw(SYS_openat, AT_FDCWD, PSD_SPAWN_TEMPORARY_DIR,
	    O_PATH | O_CLOEXEC);
	if (fd < 0)
		return fd;
	r = psd_sys_landlock_allow(state->landlock_fd, fd,
	    plan->temporary_rights);
	(void)raw(SYS_close, fd);
	return r;
}
