/* SPDX-License-Identifier: ISC */
#include "common/callargs.h"

#include "common/mem.h"

#include <stddef.h>
#include <sys/syscall.h>

/* What newer headers have. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

static const struct {
	int number;
	const char *letters;
	enum psd_call_act act;
} calls[] = {
	{ SYS_openat, "dp", PSD_ACT_OPEN },
	{ SYS_openat2, "dph", PSD_ACT_OPEN },
	{ SYS_execve, "p", PSD_ACT_EXEC },
	{ SYS_execveat, "dp", PSD_ACT_EXEC },
	{ SYS_connect, "-a", PSD_ACT_CONNECT },
	{ SYS_bind, "-a" },
	{ SYS_newfstatat, "dp" },
	{ SYS_statx, "dp" },
	{ SYS_faccessat, "dp" },
	{ SYS_faccessat2, "dp" },
	{ SYS_readlinkat, "dp" },
	{ SYS_mkdirat, "dp" },
	{ SYS_mknodat, "dp" },
	{ SYS_unlinkat, "dp" },
	{ SYS_renameat2, "dpdp" },
	{ SYS_linkat, "dpdp" },
	{ SYS_symlinkat, "-dp" },
	{ SYS_fchmodat, "dp" },
	{ SYS_fchownat, "dp" },
	{ SYS_utimensat, "dp" },
	{ SYS_truncate, "p" },
	{ SYS_chdir, "p" },
	{ SYS_statfs, "p" },
	{ SYS_sendto, "----a" },
	{ SYS_inotify_add_watch, "-p" },
	{ SYS_getxattr, "p" },
	{ SYS_lgetxattr, "p" },
	{ SYS_listxattr, "p" },
	{ SYS_llistxattr, "p" },
#ifdef SYS_renameat
	{ SYS_renameat, "dpdp" },
#endif
/* What arm64 never had. */
#ifdef SYS_open
	{ SYS_open, "p", PSD_ACT_OPEN },
	{ SYS_creat, "p", PSD_ACT_CREATE },
	{ SYS_stat, "p" },
	{ SYS_lstat, "p" },
	{ SYS_access, "p" },
	{ SYS_readlink, "p" },
	{ SYS_mkdir, "p" },
	{ SYS_rmdir, "p" },
	{ SYS_unlink, "p" },
	{ SYS_rename, "pp" },
	{ SYS_link, "pp" },
	{ SYS_symlink, "-p" },
	{ SYS_mknod, "p" },
	{ SYS_chmod, "p" },
	{ SYS_chown, "p" },
	{ SYS_lchown, "p" },
	{ SYS_utime, "p" },
	{ SYS_utimes, "p" },
#endif
};

const char *
psd_call_args(int number)
{
	for (size_t i = 0; i < PSD_ELEMENTS(calls); i++)
		if (calls[i].number == number)
			return calls[i].letters;
	return NULL;
}

enum psd_call_act
psd_call_act(int number)
{
	for (size_t i = 0; i < PSD_ELEMENTS(calls); i++)
		if (calls[i].number == number)
			return calls[i].act;
	return PSD_ACT_OTHER;
}
