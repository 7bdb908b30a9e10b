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
enum { SWEEP_BYTES = 4096, SWEEPS_MAX = 16 };

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

/*
 * Kills those of whole lines.  Returns how many, and in ret_used the bytes of
 * these lines: a number that is cut would be somebody else's.
 */
static int
kill_lines(char *list, size_t len, size_t *ret_used)
{
	char *line = list;
	int n = 0;

	for (;;) {
		char *end = memchr(line, '\n', len - (size_t)(line - list));
		long pid;

		if (end == NULL)
			break;
		*end = '\0';
		pid = strtol(line, NULL, 10);
		/* 0 is a process that our pid namespace does not show. */
		if (pid > 0 && kill((pid_t)pid, SIGKILL) == 0)
			n++;
		line = end + 1;
	}
	*ret_used = (size_t)(line - list);
	return n;
}

/* Returns how many there were, or -errno. */
static int
kill_listed(int dir_fd)
{
	_cleanup_fd_ int fd =
	    openat(dir_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	char list[SWEEP_BYTES];
	size_t kept = 0, used;
	int n = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		const ssize_t got = read(fd, list + kept, sizeof(list) - kept);

		if (got < 0)
			return -errno;
		if (got == 0)
			return n;
		kept += (size_t)got;
		n += kill_lines(list, kept, &used);
		kept -= used;
		memmove(list, list + used, kept);
	}
}

/*
 * Frozen processes do not fork, so that each sweep finds fewer that it has not
 * killed, and they end nevertheless.  It takes a moment until all stand still,
 * which cgroup.events tells; nothing thaws what is not to go on.
 */
int
psd_cgroup_kill_each(int dir_fd)
{
	int r = 0;

	/* Without it (before Linux 5.2) sweeps alone have to do. */
	(void)psd_cgroup_write(dir_fd, "cgroup.freeze", "1");
	for (int i = 0; i < SWEEPS_MAX; i++) {
		r = kill_listed(dir_fd);
		if (r <= 0)
			break;
	}
	return r < 0 ? r : 0;
}

int
psd_cgroup_kill(int dir_fd)
{
	const int r = psd_cgroup_write(dir_fd, "cgroup.kill", "1");

	return r == -ENOENT ? psd_cgroup_kill_each(dir_fd) : r;
}
