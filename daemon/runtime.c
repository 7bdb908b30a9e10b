/* SPDX-License-Identifier: ISC */
#include "daemon/runtime.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
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

int
psd_runtime_open(const char *dir)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	_cleanup_fd_ int lock = PSD_NO_FD;
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
	if (r < 0)
		return r;
	lock =
	    openat(fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0)
		return -errno;
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return psd_fd_take(&lock);
}
