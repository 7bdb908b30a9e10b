/* SPDX-License-Identifier: ISC */
#include "daemon/keeper.h"

#include "common/fd.h"
#include "common/mem.h"
#include "daemon/keeper_view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TREE_FLAGS (OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)

static int
tell(char *ret_why, size_t size, const char *what, const char *path, int error)
{
	(void)snprintf(ret_why, size, "%s %s: %s", what, path,
	    strerror(-error));
	return error;
}

/* The directories above path, which begins with a slash, in our cwd. */
static int
make_parents(const char *path)
{
	char parent[PATH_MAX];

	for (const char *at = strchr(path + 1, '/'); at != NULL;
	     at = strchr(at + 1, '/')) {
		(void)snprintf(parent, sizeof(parent), "%.*s",
		    (int)(at - path - 1), path + 1);
		/* EEXIST also when it lies in what is bound already. */
		if (mkdir(parent, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int
make_target(const char *name, bool is_dir)
{
	int fd;

	if (is_dir)
		return mkdir(name, 0755) < 0 && errno != EEXIST ? -errno : 0;
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0444);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	psd_fd_close(fd);
	return 0;
}

/*
 * Without what is mounted beneath, unless the mounts come from a user
 * namespace above ours: those may not be taken apart.
 */
static int
clone_tree(int fd)
{
	int tree = open_tree(fd, "", TREE_FLAGS);

	if (tree < 0 && errno == EINVAL)
		tree = open_tree(fd, "", TREE_FLAGS | AT_RECURSIVE);
	return tree < 0 ? -errno : tree;
}

/* The mount is read-only before anybody can see it. */
static int
bind_new(struct psd_view_item *item, const char *name)
{
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
		    (item->is_device ? 0 : MOUNT_ATTR_NODEV) |
		    (item->can_run ? 0 : MOUNT_ATTR_NOEXEC),
	};
	_cleanup_fd_ int tree = clone_tree(item->fd);

	if (tree < 0)
		return tree;
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
		sizeof(attributes)) < 0)
		return -errno;
	if (move_mount(tree, "", AT_FDCWD, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	item->tree = psd_fd_take(&tree);
	return 0;
}

/* Flags that a mount has already must be said again, or are taken away. */
static unsigned long
present_flags(const char *name)
{
	struct statvfs status;
	unsigned long flags = 0;

	if (statvfs(name, &status) < 0)
		return 0;
	flags |= (status.f_flag & ST_NOEXEC) != 0 ? MS_NOEXEC : 0;
	flags |= (status.f_flag & ST_NOATIME) != 0 ? MS_NOATIME : 0;
	flags |= (status.f_flag & ST_NODIRATIME) != 0 ? MS_NODIRATIME : 0;
	flags |= (status.f_flag & ST_RELATIME) != 0 ? MS_RELATIME : 0;
	return flags;
}

static int
remount_old(const struct psd_view_item *item, const char *name,
    unsigned long flags)
{
	flags |= MS_REMOUNT | MS_BIND | MS_NOSUID;
	flags |= item->is_device ? 0 : MS_NODEV;
	flags |= item->can_run ? 0 : MS_NOEXEC;
	return mount(NULL, name, NULL, flags | present_flags(name), NULL) < 0
	    ? -errno
	    : 0;
}

/* Before Linux 5.12, which brought mount_setattr(). */
static int
bind_old(const struct psd_view_item *item, const char *name)
{
	char source[32];

	(void)snprintf(source, sizeof(source), "/proc/self/fd/%d", item->fd);
	if (mount(source, name, NULL, MS_BIND, NULL) < 0 &&
	    (errno != EINVAL ||
		mount(source, name, NULL, MS_BIND | MS_REC, NULL) < 0))
		return -errno;
	return remount_old(item, name, MS_RDONLY);
}

/*
 * When all is in its place: until then nothing can be made on the way there
 * that would stay outside.  What was mounted read-only remains so.
 */
static int
open_up(const struct psd_view_item *item)
{
	struct mount_attr attributes = { .attr_clr = MOUNT_ATTR_RDONLY };
	struct statvfs status;

	if (!item->is_writable || item->target != NULL)
		return 0;
	if (fstatvfs(item->fd, &status) < 0)
		return -errno;
	if ((status.f_flag & ST_RDONLY) != 0)
		return 0;
	if (item->tree == PSD_NO_FD)
		return remount_old(item, item->path + 1, 0);
	return mount_setattr(item->tree, "", AT_EMPTY_PATH, &attributes,
		   sizeof(attributes)) < 0
	    ? -errno
	    : 0;
}

static int
show(struct psd_view_item *item)
{
	const char *name = item->path + 1;
	int r = make_parents(item->path);

	if (r < 0)
		return r;
	if (item->target != NULL)
		return symlink(item->target, name) < 0 && errno != EEXIST
		    ? -errno
		    : 0;
	r = make_target(name, item->is_dir);
	if (r < 0 || item->fd == PSD_NO_FD)
		return r;
	r = bind_new(item, name);
	return r == -ENOSYS ? bind_old(item, name) : r;
}

/* Any directory does: what is there now is out of reach soon. */
static int
mount_root(void)
{
	static const char *const points[] = { "/tmp", "/run", "/mnt", "/usr" };
	int r = -ENOENT;

	for (size_t i = 0; i < PSD_ELEMENTS(points); i++) {
		if (mount("privsep", points[i], "tmpfs",
			MS_NOSUID | MS_NODEV | MS_NOEXEC,
			"mode=0755,size=1m,nr_inodes=4k") == 0)
			return chdir(points[i]) < 0 ? -errno : 0;
		r = -errno;
	}
	return r;
}

/*
 * Where the root is the kernel's first file system, which cannot be put
 * aside, ours goes on top of it.  Whoever joins the namespace comes out on
 * top.
 */
static int
cover_root(void)
{
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
	    chdir("/") < 0)
		return -errno;
	return 0;
}

/*
 * Whoever joins a namespace comes out at its root.  In a chroot(2) ours is
 * another, and only from the namespace's can that one be put aside.
 */
static int
leave_chroot(int mnt_fd)
{
	_cleanup_fd_ int new_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (new_fd < 0 || setns(mnt_fd, CLONE_NEWNS) < 0 || fchdir(new_fd) < 0)
		return -errno;
	return 0;
}

static int
enter_root(int mnt_fd)
{
	int r;

	if (mount(NULL, ".", NULL,
		MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV |
		    MS_NOEXEC,
		NULL) < 0)
		return -errno;
	r = leave_chroot(mnt_fd);
	if (r < 0)
		return r;
	/* The old root comes to lie on the new one, and is taken off. */
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return errno == EINVAL ? cover_root() : -errno;
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

int
psd_keeper_root(const struct psd_words *view, int mnt_fd, char *ret_why,
    size_t size)
{
	static struct psd_view items;
	int r;

	(void)umask(0);
	r = psd_view_resolve(view, &items);
	if (r < 0)
		return tell(ret_why, size, "cannot look at", "the view", r);
	r = mount_root();
	if (r < 0)
		return tell(ret_why, size, "cannot mount", "a root", r);
	for (size_t i = 0; i < items.n; i++) {
		r = show(&items.at[i]);
		if (r < 0)
			return tell(ret_why, size, "cannot show",
			    items.at[i].path, r);
	}
	for (size_t i = 0; i < items.n; i++) {
		r = open_up(&items.at[i]);
		if (r < 0)
			return tell(ret_why, size, "cannot make writable",
			    items.at[i].path, r);
	}
	r = enter_root(mnt_fd);
	if (r < 0)
		return tell(ret_why, size, "cannot enter", "the root", r);
	return 0;
}
