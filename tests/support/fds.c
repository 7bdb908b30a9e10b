/* SPDX-License-Identifier: ISC */
#include "tests/support/fds.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The descriptor that walks our own directory is not one of those listed. */
static ssize_t
list(const char *directory, bool is_ours, struct test_fd *ret, size_t max)
{
	DIR *walk = opendir(directory);
	size_t n = 0;

	if (walk == NULL)
		return -errno;
	for (const struct dirent *e = readdir(walk); e != NULL;
	     e = readdir(walk)) {
		const int number = (int)strtol(e->d_name, NULL, 10);
		char link[PATH_MAX];
		ssize_t len;

		if (e->d_name[0] == '.' || (is_ours && number == dirfd(walk)))
			continue;
		if (n++ >= max)
			continue;
		(void)snprintf(link, sizeof(link), "%s/%s", directory,
		    e->d_name);
		ret[n - 1].number = number;
		len = readlink(link, ret[n - 1].target,
		    sizeof(ret[n - 1].target) - 1);
		ret[n - 1].target[len > 0 ? len : 0] = '\0';
	}
	(void)closedir(walk);
	return (ssize_t)n;
}

size_t
test_fds_count(void)
{
	const ssize_t n = list("/proc/self/fd", true, NULL, 0);

	return n < 0 ? 0 : (size_t)n;
}

ssize_t
test_fds_list(pid_t pid, struct test_fd *ret, size_t max)
{
	char directory[64];

	(void)snprintf(directory, sizeof(directory), "/proc/%d/fd", (int)pid);
	return list(directory, pid == getpid(), ret, max);
}

bool
test_fds_shared(pid_t pid, int fd)
{
	static struct test_fd fds[1024];
	char link[64];
	char target[sizeof(fds[0].target)];
	const ssize_t n = test_fds_list(pid, fds, 1024);
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, target, sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = '\0';
	for (ssize_t i = 0; i < n && i < 1024; i++)
		if (strcmp(fds[i].target, target) == 0)
			return true;
	return false;
}
