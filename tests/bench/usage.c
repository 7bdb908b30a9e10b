/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_usage.h"

#include "common/fd.h"
#include "common/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTLE_MS = 300 };

/* Where memory is counted for a group: both versions of control groups. */
static const struct {
	const char *line; /* of /proc/self/cgroup begins so, or has it */
	const char *mount;
	const char *counter; /* file with the bytes in use */
} kinds[] = {
	{ ":memory:", "/sys/fs/cgroup/memory", "memory.usage_in_bytes" },
	{ "0::", "/sys/fs/cgroup", "memory.current" },
};

static long long
read_number(const char *path, const char *after)
{
	char text[8192];
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	long long number;
	char *at;

	if (n <= 0)
		return -1;
	text[n] = '\0';
	at = after == NULL ? text : strstr(text, after);
	if (at == NULL)
		return -1;
	at += after == NULL ? 0 : strlen(after);
	number = strtoll(at, NULL, 10);
	return number;
}

static bool
enter(const char *dir)
{
	char path[PATH_MAX + 16];
	_cleanup_fd_ int fd = PSD_NO_FD;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, "0", 1) == 1;
}

/* Our own group's directory, by the line of /proc/self/cgroup. */
static bool
find_own(const char *line, const char *mount, char *ret, size_t size)
{
	char text[8192];
	_cleanup_fd_ int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *at;

	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strstr(text, line);
	if (at == NULL)
		return false;
	at += strlen(line);
	(void)snprintf(ret, size, "%s%.*s", mount, (int)strcspn(at, "\n"), at);
	return true;
}

static bool
open_kind(struct bench_usage *usage, size_t i)
{
	char counter[PATH_MAX + 32];

	if (!find_own(kinds[i].line, kinds[i].mount, usage->before,
		sizeof(usage->before)))
		return false;
	if ((size_t)snprintf(usage->path, sizeof(usage->path),
		"%s/privsepd-bench-%d", usage->before,
		(int)getpid()) >= sizeof(usage->path))
		return false;
	if (mkdir(usage->path, 0755) < 0)
		return false;
	(void)snprintf(counter, sizeof(counter), "%s/%s", usage->path,
	    kinds[i].counter);
	if (access(counter, R_OK) == 0 && enter(usage->path)) {
		usage->counter = kinds[i].counter;
		return true;
	}
	(void)rmdir(usage->path);
	return false;
}

void
bench_usage_open(struct bench_usage *usage)
{
	usage->counter = NULL;
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++)
		if (open_kind(usage, i))
			return;
}

void
bench_usage_close(const struct bench_usage *usage)
{
	if (usage->counter == NULL)
		return;
	(void)enter(usage->before);
	/* The daemon's last children may still be on their way out. */
	for (int i = 0; i < 100 && rmdir(usage->path) < 0; i++)
		(void)poll(NULL, 0, 10);
}

long long
bench_usage_now(const struct bench_usage *usage)
{
	char path[PATH_MAX + 32];

	(void)poll(NULL, 0, SETTLE_MS);
	if (usage->counter == NULL) {
		const long long kib =
		    read_number("/proc/meminfo", "MemAvailable:");

		return kib < 0 ? -1 : -kib * 1024;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", usage->path,
	    usage->counter);
	return read_number(path, NULL);
}

long long
bench_usage_of(pid_t pid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	return read_number(path, "Private_Dirty:") * 1024;
}
