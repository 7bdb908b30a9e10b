/* SPDX-License-Identifier: ISC */
#include "daemon/beneath.h"

#include "common/fd.h"
#include "common/sys.h"
#include "daemon/proc_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Where fd is, or the entry called name in it, spelt with the directory's name
 * as the policy spells it.  What lies elsewhere by now has no such name.
 */
static int
spell_place(const struct psd_grant *grant, int fd, const char *name, char *ret)
{
	char base[PATH_MAX], place[PATH_MAX];
	size_t len;
	int r;

	r = psd_proc_fd_path(grant->dir_fd, base, sizeof(base));
	if (r < 0)
		return r;
	r = psd_proc_fd_path(fd, place, sizeof(place));
	if (r < 0)
		return r;
	len = strcmp(base, "/") == 0 ? 0 : strlen(base);
	if (strncmp(place, base, len) != 0 ||
	    (place[len] != '/' && place[len] != '\0'))
		return -EPERM;
	/* The root is the one place whose name ends in the slash. */
	if (name != NULL && strcmp(place, "/") == 0)
		place[0] = '\0';
	(void)snprintf(ret, PSD_BENEATH_PLACE_SIZE, "%.*s%s%s%s",
	    grant->dir_len == 1 ? 0 : (int)grant->dir_len, grant->glob,
	    place + len, name == NULL ? "" : "/", name == NULL ? "" : name);
	return 0;
}

/*
 * A link may lead from a granted name to one that is not granted, within the
 * same directory.  So the place that was reached is judged like the path that
 * was asked for.
 */
static int
judge_place(const struct psd_policy *policy, const struct psd_grant *grant,
    const struct psd_op_row *row, uint32_t access, int fd, const char *name)
{
	char spelt[PSD_BENEATH_PLACE_SIZE];
	const int r = spell_place(grant, fd, name, spelt);

	if (r < 0)
		return r;
	return psd_policy_covers(policy, grant, row, access, spelt) ? 0
								    : -EPERM;
}

static uint64_t
resolve_flags(const struct psd_grant *grant)
{
	uint64_t flags = PSD_RESOLVE_NO_MAGICLINKS;

	/* Nothing lies outside of the root, so a link may begin there. */
	flags |=
	    grant->dir_len == 1 ? PSD_RESOLVE_IN_ROOT : PSD_RESOLVE_BENEATH;
	if ((grant->modifiers & PSD_MODIFIER_FOLLOW) == 0)
		flags |= PSD_RESOLVE_NO_SYMLINKS;
	if ((grant->modifiers & PSD_MODIFIER_XDEV) == 0)
		flags |= PSD_RESOLVE_NO_XDEV;
	return flags;
}

/* What is left of path beneath the grant's directory; "" for that itself. */
static const char *
rest_of(const struct psd_grant *grant, const struct psd_str *path)
{
	const char *rest = path->at + grant->dir_len;

	while (*rest == '/')
		rest++;
	return rest;
}

/*
 * What is renamed or mounted anywhere while ".." of a link is gone through
 * makes openat2(2) say EAGAIN, before anything was opened.  So does a lease,
 * for as long as it lasts.
 */
enum { OPEN_TRIES = 128 };

static int
open_at(const struct psd_grant *grant, int dir_fd, const char *rest, int flags,
    mode_t mode)
{
	int fd = -EAGAIN;

	flags |= O_CLOEXEC;
	/* openat2() refuses with O_PATH whatever that would make no use of. */
	if ((flags & O_PATH) == 0)
		flags |= O_NOCTTY;
	for (int i = 0; fd == -EAGAIN && i < OPEN_TRIES; i++)
		fd = psd_sys_openat2(dir_fd, *rest == '\0' ? "." : rest, flags,
		    mode, resolve_flags(grant));
	/* ELOOP, EXDEV: a link or mount that the grant leaves out. */
	return fd == -ELOOP || fd == -EXDEV ? -EPERM : fd;
}

int
psd_beneath_open(const struct psd_policy *policy, const struct psd_grant *grant,
    const struct psd_op_row *row, uint32_t access, const struct psd_str *path,
    int flags, mode_t mode)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	int r;

	if (grant->dir_fd < 0)
		return -ENOENT;
	fd = open_at(grant, grant->dir_fd, rest_of(grant, path), flags, mode);
	if (fd < 0)
		return fd;
	if ((grant->modifiers & PSD_MODIFIER_FOLLOW) != 0) {
		r = judge_place(policy, grant, row, access, fd, NULL);
		if (r < 0)
			return r;
	}
	return psd_fd_take(&fd);
}

static int
open_parent(const struct psd_policy *policy, const struct psd_grant *grant,
    const struct psd_op_row *row, uint32_t access, const struct psd_str *path,
    const char **ret_name)
{
	const char *rest = rest_of(grant, path);
	const char *slash = strrchr(rest, '/');
	const size_t len = slash == NULL ? 0 : (size_t)(slash - rest);
	const char *name = slash == NULL ? rest : slash + 1;
	_cleanup_fd_ int fd = PSD_NO_FD;
	char parent[PATH_MAX];
	int r;

	/* The directory that is held has its name in one that is not granted. */
	if (*name == '\0')
		return -EPERM;
	if (grant->dir_fd < 0)
		return -ENOENT;
	if (len >= sizeof(parent))
		return -ENAMETOOLONG;
	memcpy(parent, rest, len);
	parent[len] = '\0';
	fd = open_at(grant, grant->dir_fd, parent, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	if ((grant->modifiers & PSD_MODIFIER_FOLLOW) != 0) {
		r = judge_place(policy, grant, row, access, fd, name);
		if (r < 0)
			return r;
	}
	*ret_name = name;
	return psd_fd_take(&fd);
}

int
psd_beneath_parent(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    const struct psd_str *path, const char **ret_name)
{
	return open_parent(policy, grant, row, 0, path, ret_name);
}

/*
 * A file that was made where it may not be cannot be taken back: somebody may
 * have seen it, or put another in its place.
 */
int
psd_beneath_create(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row,
    uint32_t access, const struct psd_str *path, int flags, mode_t mode)
{
	_cleanup_fd_ int parent = PSD_NO_FD;
	const char *name;

	flags |= O_CREAT | O_EXCL | O_NOFOLLOW;
	if ((grant->modifiers & PSD_MODIFIER_FOLLOW) == 0)
		return psd_beneath_open(policy, grant, row, access, path, flags,
		    mode);
	parent = open_parent(policy, grant, row, access, path, &name);
	if (parent < 0)
		return parent;
	return open_at(grant, parent, name, flags, mode);
}

int
psd_beneath_entry(const struct psd_grant *grant, int parent, const char *name,
    struct stat *ret_status)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;
	int r;

	fd = open_at(grant, parent, name, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	r = psd_beneath_check(grant, &status);
	if (r < 0)
		return r;
	*ret_status = status;
	return 0;
}

/* The kernel writes " (deleted)" behind the name of what has none any more. */
static int
check_name(const struct psd_grant *grant, int fd, const char *place)
{
	const struct psd_str path = { place, (uint32_t)strlen(place) };
	_cleanup_fd_ int found = PSD_NO_FD;
	struct stat there, here;

	found = open_at(grant, grant->dir_fd, rest_of(grant, &path),
	    O_PATH | O_NOFOLLOW, 0);
	if (found < 0)
		return found;
	if (fstat(found, &there) < 0 || fstat(fd, &here) < 0)
		return -errno;
	return there.st_dev == here.st_dev && there.st_ino == here.st_ino
	    ? 0
	    : -ENOENT;
}

int
psd_beneath_place(const struct psd_policy *policy,
    const struct psd_grant *grant, const struct psd_op_row *row, int fd,
    char *ret)
{
	const int r = spell_place(grant, fd, NULL, ret);

	if (r < 0)
		return r;
	if (!psd_policy_covers(policy, grant, row, 0, ret))
		return -EPERM;
	return check_name(grant, fd, ret);
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
