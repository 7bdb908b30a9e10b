/* SPDX-License-Identifier: ISC */
#include "daemon/proc_fd.h"

#include "common/fd.h"
#include "common/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int proc_fds = PSD_NO_FD;
static int proc = PSD_NO_FD; /* what that lies in, for children */

int
psd_proc_fd_init(void)
{
	_cleanup_fd_ int fd =
	    open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_fd_ int root = PSD_NO_FD;

	if (fd < 0)
		return -errno;
	root = openat(fd, "../..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	psd_fd_cleanup(&proc_fds);
	psd_fd_cleanup(&proc);
	proc_fds = psd_fd_take(&fd);
	proc = psd_fd_take(&root);
	return 0;
}

int
psd_proc_fd_root(void)
{
	const int fd = fcntl(proc, F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

uint32_t
psd_proc_fd_count(void)
{
	struct stat status;

	return fstat(proc_fds, &status) < 0 ? 0 : (uint32_t)status.st_size;
}

int
psd_proc_fd_reopen(int fd, int flags)
{
	char name[16];
	int opened;

	(void)snprintf(name, sizeof(name), "%d", fd);
	opened = openat(proc_fds, name, flags | O_CLOEXEC | O_NOCTTY);
	return opened < 0 ? -errno : opened;
}

int
psd_proc_fd_enter_own(void)
{
	/*
	 * What is held of descriptors is that of the process which opened it,
	 * and another one, though its child, does not get through there.
	 */
	_cleanup_fd_ int own =
	    openat(proc, "self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return own < 0 || fchdir(own) < 0 ? -errno : 0;
}

int
psd_proc_fd_chmod(int fd, mode_t mode)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%d", fd);
	return fchmodat(proc_fds, name, mode, 0) < 0 ? -errno : 0;
}

/* The number behind a name that begins a line. */
static bool
find_number(const char *text, const char *name, uint64_t *ret)
{
	const char *at = strstr(text, name);
	char *end;

	if (at == NULL)
		return false;
	at += strlen(name);
	errno = 0;
	*ret = strtoull(at, &end, 10);
	return errno == 0 && end != at && *end == '\n';
}

int
psd_proc_fd_tell(int fd, struct psd_place *ret)
{
	char name[32], text[512];
	int r;

	(void)snprintf(name, sizeof(name), "../fdinfo/%d", fd);
	r = psd_small_file_read(proc_fds, name, text, sizeof(text));
	if (r < 0)
		return r;
	/* The kernel's own words, and the first of them, are at the head. */
	return find_number(text, "\nmnt_id:", &ret->mount) &&
		find_number(text, "\nino:", &ret->inode)
	    ? 0
	    : -EOPNOTSUPP;
}

int
psd_proc_fd_path(int fd, char *ret, size_t size)
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
