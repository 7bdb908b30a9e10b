/* SPDX-License-Identifier: ISC */
#include "daemon/beneath.h"

#include "common/fd.h"
#include "common/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int proc_fds = PSD_NO_FD;

int
psd_beneath_init(void)
{
	const int fd =
	    open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	psd_fd_cleanup(&proc_fds);
	proc_fds = fd;
	return 0;
}

int
psd_beneath_reopen(int fd, int flags)
{
	char name[16];
	int opened;

	(void)snprintf(name, sizeof(name), "%d", fd);
	opened = openat(proc_fds, name, flags | O_CLOEXEC | O_NOCTTY);
	return opened < 0 ? -errno : opened;
}

/* Where fd is now, as an absolute path.  0 or -errno. */
static int
tell_path(int fd, char *ret, size_t size)
{
	char name[16];
	ssize_t n;

	(void)snprintf(name, sizeof(name), "%d", fd);
	n = readlinkat(proc_fds, name, ret, size - 1);
	if (n < 0)
		return -errno;
	if ((size_t)n >= size - 1)
		return -ENAMETOOLONG;
	ret[n] = '\0';
	return 0;
}

/*
 * A link may lead from a granted name to one that is not granted, within the
 * same directory.  So the place that was reached is judged like the name that
 * was asked for, spelt with the directory's name as the policy knows it.
 */
static int
judge_place(const struct psd_policy *policy, const struct psd_grant *grant,
    const struct psd_op_row *row, uint32_t access, int fd)
{
	char base[PATH_MAX], place[PATH_MAX], spelt[2 * PATH_MAX];
	size_t len;
	int r;

	r = tell_path(grant->dir_fd, base, sizeof(base));
	if (r < 0)
		return r;
	r = tell_path(fd, place, sizeof(place));
	if (r < 0)
		return r;
	len = strcmp(base, "/") == 0 ? 0 : strlen(base);
	if (strncmp(place, base, len) != 0 ||
	    (place[len] != '/' && place[len] != '\0'))
		return -EPERM;
	(void)snprintf(spelt, sizeof(spelt), "%.*s%s",
	    grant->dir_len == 1 ? 0 : (int)grant->dir_len, grant->glob,
	    place + len);
	return psd_policy_covers(policy, grant, row, access, spelt) ? 0
								    : -EPERM;
}

static uint64_t
resolve_flags(const struct psd_grant *grant)
{
	uint64_t flags = PSD_RESOLVE_BENEATH | PSD_RESOLVE_NO_MAGICLINKS;

	if ((grant->modifiers & PSD_MODIFIER_FOLLOW) == 0)
		flags |= PSD_RESOLVE_NO_SYMLINKS;
	if ((grant->modifiers & PSD_MODIFIER_XDEV) == 0)
		flags |= PSD_RESOLVE_NO_XDEV;
	return flags;
}

int
psd_beneath_open(const struct psd_policy *policy, const struct psd_grant *grant,
    const struct psd_op_row *row, uint32_t access, const struct psd_str *path,
    int flags, mode_t mode)
{
	const char *rest = path->at + grant->dir_len;
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	if (grant->dir_fd < 0)
		return -ENOENT;
	while (*rest == '/')
		rest++;
	flags |= O_CLOEXEC;
	/* openat2() refuses with O_PATH whatever that would make no use of. */
	if ((flags & O_PATH) == 0)
		flags |= O_NOCTTY;
	fd = psd_sys_openat2(grant->dir_fd, *rest == '\0' ? "." : rest, flags,
	    mode, resolve_flags(grant));
	if (fd < 0) {
		/* ELOOP, EXDEV: a link or mount that the grant leaves out. */
		r = fd;
		return r == -ELOOP || r == -EXDEV ? -EPERM : r;
	}
	if ((grant->modifiers & PSD_MODIFIER_FOLLOW) != 0) {
		r = judge_place(policy, grant, row, access, fd);
		if (r < 0)
			return r;
	}
	return psd_fd_take(&fd);
}

int
psd_beneath_check(const struct psd_grant *grant, const struct stat *status)
{
	if ((grant->modifiers & PSD_MODIFIER_OWNER) != 0 &&
	    status->st_uid != grant->owner)
		return -EPERM;
	/* A hard link gives another's file a name in a directory of theirs. */
	if ((grant->modifiers & PSD_MODIFIER_LINKS1) != 0 &&
	    S_ISREG(status->st_mode) && status->st_nlink != 1)
		return -EPERM;
	return 0;
}
