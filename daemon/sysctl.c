/* SPDX-License-Identifier: ISC */
#include "daemon/sysctl.h"

#include "common/fd.h"
#include "common/sys.h"
#include "policy/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

static int settings = PSD_NO_FD;

void
psd_sysctl_init(void)
{
	struct statfs status;
	int fd;

	psd_fd_cleanup(&settings);
	fd = psd_sys_openat2(AT_FDCWD, "/proc/sys",
	    O_PATH | O_DIRECTORY | O_CLOEXEC, 0,
	    PSD_RESOLVE_NO_SYMLINKS | PSD_RESOLVE_NO_MAGICLINKS);
	if (fd < 0)
		return;
	/* A directory that somebody put there has no settings. */
	if (fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC)
		settings = fd;
	else
		psd_fd_close(fd);
}

int
psd_sysctl_open(const struct psd_str *setting, int flags)
{
	char name[PSD_SETTING_MAX + 1];
	int fd;

	if (!psd_setting_name(setting->at, setting->len, name))
		return -EPERM;
	if (settings < 0)
		return -ENOENT;
	fd = psd_sys_openat2(settings, name,
	    flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0,
	    PSD_RESOLVE_BENEATH | PSD_RESOLVE_NO_SYMLINKS |
		PSD_RESOLVE_NO_MAGICLINKS | PSD_RESOLVE_NO_XDEV);
	return fd == -ELOOP || fd == -EXDEV ? -EPERM : fd;
}
