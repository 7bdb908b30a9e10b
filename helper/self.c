/* SPDX-License-Identifier: ISC */
#include "helper/self.h"

#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINK_SIZE = 256, PATH_SIZE = 32 };

/* The entries of a directory that are numbers. */
static bool
next_number(DIR *dir, int *ret)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		*ret = (int)strtol(entry->d_name, NULL, 10);
		return true;
	}
	return false;
}

int
psd_self_has_one_thread(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = 0, id;

	if (dir == NULL)
		return -errno;
	while (next_number(dir, &id))
		n++;
	(void)closedir(dir);
	return n == 1 ? 0 : -EBUSY;
}

/* What it is open on: a path, or "socket:[4711]". */
static void
read_link(int fd, char *ret)
{
	char path[PATH_SIZE];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, ret, LINK_SIZE - 1);
	ret[n < 0 ? 0 : n] = '\0';
}

static bool
is_listener(int fd)
{
	int listens = 0;
	socklen_t len = sizeof(listens);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 &&
	    listens != 0;
}

static bool
is_socket(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

/* Of what has no name, these alone: others reach into the kernel. */
static bool
is_of_events(int fd)
{
	static const char *const names[] = { "anon_inode:[eventpoll]",
		"anon_inode:[eventfd]", "anon_inode:[timerfd]",
		"anon_inode:[signalfd]" };
	char link[LINK_SIZE];

	read_link(fd, link);
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		if (strcmp(link, names[i]) == 0)
			return true;
	return false;
}

bool
psd_self_keeps(const struct psd_sealed *plan, int fd)
{
	for (size_t i = 0; i < plan->n_numbers; i++)
		if (plan->numbers[i] == fd)
			return true;
	if ((plan->keep & PSD_KEEP_STDIO) != 0 && fd <= STDERR_FILENO)
		return true;
	if ((plan->keep & PSD_KEEP_SOCKETS) != 0 && is_socket(fd))
		return true;
	if ((plan->keep & PSD_KEEP_LISTENERS) != 0 && is_listener(fd))
		return true;
	return (plan->keep & PSD_KEEP_EVENTS) != 0 && is_of_events(fd);
}

static bool
is_ours(const int *ours, int fd)
{
	for (; *ours >= 0; ours++)
		if (*ours == fd)
			return true;
	return false;
}

/* "descriptor 7 (/var/log/x) is open", then ", 9 (socket:[4711])". */
static void
name(char *text, size_t size, int fd)
{
	const size_t len = strlen(text);
	char link[LINK_SIZE];

	read_link(fd, link);
	(void)snprintf(text + len, size - len, "%s%d (%s)",
	    len == 0 ? "KeepFDs= does not name open descriptor " : ", ", fd,
	    link);
}

int
psd_self_check_descriptors(const struct psd_sealed *plan, const int *ours,
    char *ret_text, size_t size)
{
	DIR *dir = opendir("/proc/self/fd");
	int r = 0, fd;

	if (dir == NULL)
		return -errno;
	ret_text[0] = '\0';
	while (next_number(dir, &fd)) {
		if (fd <= STDERR_FILENO || fd == dirfd(dir) ||
		    is_ours(ours, fd) || psd_self_keeps(plan, fd))
			continue;
		name(ret_text, size, fd);
		r = -EPERM;
	}
	(void)closedir(dir);
	return r;
}
