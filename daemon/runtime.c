/* SPDX-License-Identifier: ISC */
#include "daemon/runtime.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever can write here could put a socket of theirs in our place. */
static int
check_directory(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_uid != geteuid() ||
	    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return -EPERM;
	return 0;
}

/* Makes it, unless it is there, and opens it. */
static int
open_directory(const char *dir)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	bool is_new;
	int r;

	is_new = mkdir(dir, 0755) == 0;
	if (!is_new && errno != EEXIST)
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* The umask took from the others what they need to reach the socket. */
	if (is_new && fchmod(fd, 0755) < 0)
		return -errno;
	r = check_directory(fd);
	return r < 0 ? r : psd_fd_take(&fd);
}

int
psd_runtime_make_below(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	fd = open_directory(path);
	if (fd < 0)
		return fd;
	psd_fd_close(fd);
	return 0;
}

static int
open_in(const char *dir, const char *name)
{
	_cleanup_fd_ int dir_fd = open_directory(dir);
	int fd;

	if (dir_fd < 0)
		return dir_fd;
	fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	return fd < 0 ? -errno : fd;
}

int
psd_runtime_open(const char *dir)
{
	_cleanup_fd_ int lock = open_in(dir, "lock");

	if (lock < 0)
		return lock;
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return psd_fd_take(&lock);
}

int
psd_runtime_open_uids(void)
{
	return open_in("/run/privsepd", "uids");
}
