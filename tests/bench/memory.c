/* SPDX-License-Identifier: ISC */
/*
 * What an idle helper takes of memory, the kernel's share included: that of a
 * control group with many of them, or what the system has left.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_daemon.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char title[] = "memory of an idle helper";

enum { MANY = 200, SETTLE_MS = 300 };

/* Where memory is counted for a group: both versions of control groups. */
static const struct {
	const char *line; /* of /proc/self/cgroup begins so, or has it */
	const char *mount;
	const char *counter; /* file with the bytes in use */
} kinds[] = {
	{ ":memory:", "/sys/fs/cgroup/memory", "memory.usage_in_bytes" },
	{ "0::", "/sys/fs/cgroup", "memory.current" },
};

struct group {
	char path[PATH_MAX], before[PATH_MAX];
	const char *counter; /* NULL: MemAvailable instead */
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
open_kind(struct group *group, size_t i)
{
	char counter[PATH_MAX + 32];

	if (!find_own(kinds[i].line, kinds[i].mount, group->before,
		sizeof(group->before)))
		return false;
	if ((size_t)snprintf(group->path, sizeof(group->path),
		"%s/privsepd-bench-%d", group->before,
		(int)getpid()) >= sizeof(group->path))
		return false;
	if (mkdir(group->path, 0755) < 0)
		return false;
	(void)snprintf(counter, sizeof(counter), "%s/%s", group->path,
	    kinds[i].counter);
	if (access(counter, R_OK) == 0 && enter(group->path)) {
		group->counter = kinds[i].counter;
		return true;
	}
	(void)rmdir(group->path);
	return false;
}

static void
open_group(struct group *group)
{
	group->counter = NULL;
	for (size_t i = 0; i < PSD_ELEMENTS(kinds); i++)
		if (open_kind(group, i))
			return;
}

static void
close_group(const struct group *group)
{
	if (group->counter == NULL)
		return;
	(void)enter(group->before);
	/* The daemon's last children may still be on their way out. */
	for (int i = 0; i < 100 && rmdir(group->path) < 0; i++)
		(void)poll(NULL, 0, 10);
}

/* Bytes in use now, or -1. */
static long long
in_use(const struct group *group)
{
	char path[PATH_MAX + 32];

	(void)poll(NULL, 0, SETTLE_MS);
	if (group->counter == NULL) {
		const long long kib =
		    read_number("/proc/meminfo", "MemAvailable:");

		return kib < 0 ? -1 : -kib * 1024;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", group->path,
	    group->counter);
	return read_number(path, NULL);
}

struct usage {
	long long all, daemon;
};

static struct usage
measure(const struct group *group, const char *program, int n)
{
	char lines[64], path[64];
	struct bench_daemon daemon;
	struct usage usage;

	(void)snprintf(lines, sizeof(lines), "Instances=%d", n);
	bench_daemon_start(&daemon, "idle", program, lines);
	usage.all = in_use(group);
	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup",
	    (int)daemon.rig.pid);
	usage.daemon = read_number(path, "Private_Dirty:") * 1024;
	bench_daemon_stop(&daemon);
	return usage;
}

static void
compare(const struct group *group, const char *program, const char *name)
{
	const struct usage one = measure(group, program, 1);
	const struct usage many = measure(group, program, MANY + 1);
	char text[128];

	if (one.all == -1 || many.all == -1) {
		bench_skip(title, "the counter cannot be read");
		return;
	}
	(void)snprintf(text, sizeof(text), "%s, in all", name);
	bench_value(title, strdup(text), "KiB",
	    (double)(many.all - one.all) / MANY / 1024);
	(void)snprintf(text, sizeof(text), "%s, of it in the daemon", name);
	bench_value(title, strdup(text), "KiB",
	    (double)(many.daemon - one.daemon) / MANY / 1024);
}

void
bench_memory(void)
{
	struct group group;

	open_group(&group);
	if (group.counter == NULL)
		bench_skip(title,
		    "no memory controller, so MemAvailable is "
		    "compared: others' memory counts as well");
	compare(&group, "tiny_hello", "without a C library");
	compare(&group, "bench_helper", "libprivsep, dynamically linked");
	close_group(&group);
}
