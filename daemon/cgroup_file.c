/* SPDX-License-Identifier: ISC */
#include "daemon/cgroup_file.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Of processes whose ids are read at a time, where there is no cgroup.kill. */
enum { SWEEP_BYTES = 16 * 1024, SWEEPS_MAX = 16 };

int
psd_cgroup_write(int dir_fd, const char *name, const char *text)
{
	_cleanup_fd_ int fd = openat(dir_fd, name, O_WRONLY | O_CLOEXEC);
	const size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int
psd_cgroup_read(int dir_fd, const char *name, char *ret, size_t size)
{
	_cleanup_fd_ int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, ret, size - 1);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	return 0;
}

/* Returns how many there were, or -errno. */
static int
kill_listed(int dir_fd)
{
	char list[SWEEP_BYTES];
	char *at = list;
	char *end;
	int n = 0;
	int r = psd_cgroup_read(dir_fd, "cgroup.procs", list, sizeof(list));

	if (r < 0)
		return r;
	/* The last id may have been cut, and would be somebody else's. */
	end = strrchr(list, '\n');
	if (end == NULL)
		return 0;
	*end = '\0';
	for (;;) {
		const long pid = strtol(at, &at, 10);

		/* 0 is a process that our pid namespace does not show. */
		if (pid <= 0)
			return n;
		(void)kill((pid_t)pid, SIGKILL);
		n++;
	}
}

/*
 * Before Linux 5.14.  Frozen processes neither fork nor end, so the ids that
 * we read are still theirs when we use them.
 */
static int
kill_frozen(int dir_fd)
{
	int r = psd_cgroup_write(dir_fd, "cgroup.freeze", "1");

	if (r < 0)
		return r;
	for (int i = 0; i < SWEEPS_MAX; i++) {
		r = kill_listed(dir_fd);
		if (r <= 0)
			break;
	}
	(void)psd_cgroup_write(dir_fd, "cgroup.freeze", "0");
	return r < 0 ? r : 0;
}

int
psd_cgroup_kill(int dir_fd)
{
	const int r = psd_cgroup_write(dir_fd, "cgroup.kill", "1");

	return r == -ENOENT ? kill_frozen(dir_fd) : r;
}
