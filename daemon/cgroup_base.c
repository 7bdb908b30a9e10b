/* SPDX-License-Identifier: ISC */
#include "daemon/cgroup_base.h"

#include "common/fd.h"
#include "common/small_file.h"
#include "daemon/cgroup_file.h"
#include "daemon/cgroup_find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Our own leaf, since a group that has leaves holds no processes itself. */
#define OWN_LEAF "daemon"

/*
 * In the topmost group: this, our process id, and the namespace that it is
 * one of.  A container may share the group with the host.
 */
#define OWN_BASE "privsepd-"

/* For the last processes to be out of it. */
enum { LAST_MSEC = 100 };

static int
open_dir(int dir_fd, const char *path)
{
	const int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int
make_dir(int dir_fd, const char *path)
{
	if (mkdirat(dir_fd, path, 0755) < 0 && errno != EEXIST)
		return -errno;
	return open_dir(dir_fd, path);
}

static void
close_dir(DIR **dir)
{
	if (*dir != NULL)
		(void)closedir(*dir);
}

/*
 * Calls act(fd, name) for each directory of fd whose name begins with
 * prefix.  Order and completeness are no matter: it is for cleaning up.
 */
static void
for_each(int fd, const char *prefix, void (*act)(int fd, const char *name))
{
	__attribute__((cleanup(close_dir))) DIR *dir = NULL;
	_cleanup_fd_ int copy = open_dir(fd, ".");
	const struct dirent *entry;

	if (copy < 0)
		return;
	dir = fdopendir(copy);
	if (dir == NULL)
		return;
	(void)psd_fd_take(&copy);
	for (;;) {
		entry = readdir(dir);
		if (entry == NULL)
			return;
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			act(fd, entry->d_name);
	}
}

static void
kill_leaf(int base_fd, const char *name)
{
	_cleanup_fd_ int fd = open_dir(base_fd, name);

	if (fd >= 0)
		(void)psd_cgroup_kill(fd);
	/* A leaf that is still busy has a number that we pass over. */
	(void)unlinkat(base_fd, name, AT_REMOVEDIR);
}

/* Process ids of other namespaces than this mean nothing to us. */
static uintmax_t
pid_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) < 0 ? 0 : status.st_ino;
}

/* Of a daemon that was killed, and whose helpers died with it. */
static void
remove_stale_base(int top_fd, const char *name)
{
	char *rest;
	const long pid = strtol(name + strlen(OWN_BASE), &rest, 10);
	_cleanup_fd_ int fd = PSD_NO_FD;

	if (*rest != '-' || strtoumax(rest + 1, NULL, 10) != pid_namespace())
		return;
	if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
		return;
	fd = open_dir(top_fd, name);
	if (fd < 0)
		return;
	for_each(fd, PSD_CGROUP_LEAF, kill_leaf);
	(void)unlinkat(fd, OWN_LEAF, AT_REMOVEDIR);
	(void)unlinkat(top_fd, name, AT_REMOVEDIR);
}

/*
 * In the topmost group there is nobody to delegate one, so we make a group of
 * our own there.
 */
static int
make_own_base(struct psd_cgroup *cgroup)
{
	_cleanup_fd_ int top_fd = open_dir(AT_FDCWD, cgroup->path);
	const size_t len = strlen(cgroup->path);

	if (top_fd < 0)
		return top_fd;
	for_each(top_fd, OWN_BASE, remove_stale_base);
	(void)psd_cgroup_write(top_fd, "cgroup.subtree_control",
	    "+memory +pids");
	(void)snprintf(cgroup->path + len, sizeof(cgroup->path) - len,
	    "/" OWN_BASE "%d-%ju", getpid(), pid_namespace());
	cgroup->is_ours = true;
	return make_dir(AT_FDCWD, cgroup->path);
}

/* Nobody but us may be here: the group would not be ours to divide. */
static int
check_alone(int base_fd)
{
	char list[64];
	char *end;
	const int r =
	    psd_small_file_read(base_fd, "cgroup.procs", list, sizeof(list));
	long pid;

	if (r < 0)
		return r;
	pid = strtol(list, &end, 10);
	if (end == list)
		return 0;
	return pid == getpid() && strcmp(end, "\n") == 0 ? 0 : -EBUSY;
}

/*
 * A group that we have made in the topmost one holds nobody, so we need not be
 * there.  To move takes 2 to 20 ms after an idle moment, which counts in a run
 * of one program.
 */
static int
move_in(const struct psd_cgroup *cgroup, int base_fd)
{
	_cleanup_fd_ int leaf_fd = make_dir(base_fd, OWN_LEAF);

	if (leaf_fd < 0 || (cgroup->is_ours && cgroup->stays_outside))
		return leaf_fd < 0 ? leaf_fd : 0;
	return psd_cgroup_write(leaf_fd, "cgroup.procs", "0");
}

static bool
has_file(int dir_fd, const char *name)
{
	return faccessat(dir_fd, name, W_OK, AT_EACCESS) == 0;
}

/* Each by itself: the one that is missing must not cost us the other. */
static void
enable_controllers(struct psd_cgroup *cgroup)
{
	const int fd = cgroup->base_fd;
	_cleanup_fd_ int leaf_fd = PSD_NO_FD;

	(void)psd_cgroup_write(fd, "cgroup.subtree_control", "+memory");
	(void)psd_cgroup_write(fd, "cgroup.subtree_control", "+pids");
	leaf_fd = open_dir(fd, OWN_LEAF);
	if (leaf_fd < 0)
		return;
	cgroup->has_memory = has_file(leaf_fd, "memory.max");
	cgroup->has_pids = has_file(leaf_fd, "pids.max");
	cgroup->has_kill = has_file(leaf_fd, "cgroup.kill");
}

static int
open_base(struct psd_cgroup *cgroup, const char *named, bool is_top)
{
	if (named == NULL && is_top)
		return make_own_base(cgroup);
	if (named != NULL)
		return make_dir(AT_FDCWD, cgroup->path);
	return open_dir(AT_FDCWD, cgroup->path);
}

int
psd_cgroup_base_open(struct psd_cgroup *cgroup, const char *named,
    char *ret_why, size_t size)
{
	_cleanup_fd_ int base_fd = PSD_NO_FD;
	const char *what = "cannot be opened";
	bool is_top;
	int r = psd_cgroup_find(named, cgroup->path, sizeof(cgroup->path),
	    &is_top, ret_why, size);

	if (r < 0)
		return r;
	base_fd = open_base(cgroup, named, is_top);
	r = base_fd < 0 ? base_fd : 0;
	if (r == 0) {
		what = "holds other processes than us; run with Delegate=yes, "
		       "or name one by ControlGroup=";
		r = check_alone(base_fd);
	}
	if (r == 0) {
		what = "cannot be divided";
		r = move_in(cgroup, base_fd);
	}
	cgroup->base_fd = psd_fd_take(&base_fd);
	if (r < 0) {
		(void)snprintf(ret_why, size, "%s %s (%s)", cgroup->path, what,
		    strerror(-r));
		psd_cgroup_base_close(cgroup);
		return r;
	}
	for_each(cgroup->base_fd, PSD_CGROUP_LEAF, kill_leaf);
	enable_controllers(cgroup);
	return 0;
}

/* False while somebody is there. */
static bool
remove_base(const struct psd_cgroup *cgroup)
{
	for_each(cgroup->base_fd, PSD_CGROUP_LEAF, kill_leaf);
	(void)unlinkat(cgroup->base_fd, OWN_LEAF, AT_REMOVEDIR);
	return unlinkat(AT_FDCWD, cgroup->path, AT_REMOVEDIR) == 0 ||
	    errno != EBUSY;
}

/*
 * A process whose end was seen is in its group until it has left the
 * processor, for which it may have to wait where we come before it.
 */
void
psd_cgroup_base_close(struct psd_cgroup *cgroup)
{
	char *slash = strrchr(cgroup->path, '/');

	if (cgroup->is_ours && slash != NULL) {
		_cleanup_fd_ int top_fd = PSD_NO_FD;

		*slash = '\0';
		top_fd = open_dir(AT_FDCWD, cgroup->path);
		*slash = '/';
		if (!cgroup->stays_outside)
			(void)psd_cgroup_write(top_fd, "cgroup.procs", "0");
		for (int ms = 0; !remove_base(cgroup) && ms < LAST_MSEC; ms++)
			(void)poll(NULL, 0, 1);
	}
	psd_fd_cleanup(&cgroup->base_fd);
}
