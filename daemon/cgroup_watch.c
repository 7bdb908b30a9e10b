/* SPDX-License-Identifier: ISC */
#include "daemon/cgroup_watch.h"

#include "common/fd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { PATH_SIZE = 64, EVENTS_SIZE = 1024 };

struct psd_cgroup_watch {
	int fd;
};

static const char *const names[PSD_LEAF_FILES] = {
	[PSD_LEAF_POPULATED] = "cgroup.events",
	[PSD_LEAF_MEMORY] = "memory.events",
	[PSD_LEAF_PIDS] = "pids.events",
};

static int
begin(struct psd_cgroup *cgroup)
{
	struct psd_cgroup_watch *watch;
	int fd;

	if (cgroup->watch != NULL)
		return 0;
	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0)
		return -errno;
	watch = malloc(sizeof(*watch));
	if (watch == NULL) {
		psd_fd_close(fd);
		return -ENOMEM;
	}
	watch->fd = fd;
	cgroup->watch = watch;
	return 0;
}

int
psd_cgroup_watch(struct psd_cgroup *cgroup, int leaf, enum psd_leaf_file file)
{
	struct psd_leaf *watched = &cgroup->leaves[leaf];
	char path[PATH_SIZE];
	int r;

	if (watched->watches[file] != 0)
		return 0;
	r = begin(cgroup);
	if (r < 0)
		return r;
	/* There is no call that takes a directory's descriptor. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", watched->fd,
	    names[file]);
	r = inotify_add_watch(cgroup->watch->fd, path, IN_MODIFY);
	if (r < 0)
		return -errno;
	watched->watches[file] = r;
	return 0;
}

void
psd_cgroup_unwatch_file(struct psd_cgroup *cgroup, int leaf,
    enum psd_leaf_file file)
{
	int *watch = &cgroup->leaves[leaf].watches[file];

	if (*watch != 0)
		(void)inotify_rm_watch(cgroup->watch->fd, *watch);
	*watch = 0;
}

/*
 * Most kernels forget a watch neither with the file nor with its directory: of
 * control groups they tell nothing of that.
 */
void
psd_cgroup_unwatch(struct psd_cgroup *cgroup, int leaf)
{
	for (int file = 0; file < PSD_LEAF_FILES; file++)
		psd_cgroup_unwatch_file(cgroup, leaf, (enum psd_leaf_file)file);
}

int
psd_cgroup_watch_fd(const struct psd_cgroup *cgroup)
{
	return cgroup->watch == NULL ? PSD_NO_FD : cgroup->watch->fd;
}

/* Those with this number, which is one at most, or with any. */
static void
tell(struct psd_cgroup *cgroup, int watch, psd_cgroup_changed *changed,
    void *cookie)
{
	for (uint32_t i = 0; i < cgroup->n_leaves; i++)
		for (int file = 0; file < PSD_LEAF_FILES; file++) {
			const int has = cgroup->leaves[i].watches[file];

			if (cgroup->leaves[i].fd >= 0 && has != 0 &&
			    (has == watch || watch < 0))
				changed(cookie, (int)i,
				    (enum psd_leaf_file)file);
		}
}

void
psd_cgroup_changes(struct psd_cgroup *cgroup, psd_cgroup_changed *changed,
    void *cookie)
{
	char events[EVENTS_SIZE];
	struct inotify_event event;
	ssize_t n;

	if (cgroup->watch == NULL)
		return;
	n = read(cgroup->watch->fd, events, sizeof(events));
	/* Names, which would follow an event, are of directories' watches. */
	for (ssize_t at = 0; at + (ssize_t)sizeof(event) <= n;
	     at += (ssize_t)sizeof(event)) {
		memcpy(&event, events + at, sizeof(event));
		if ((event.mask & IN_Q_OVERFLOW) != 0)
			tell(cgroup, -1, changed, cookie);
		else if ((event.mask & IN_MODIFY) != 0)
			tell(cgroup, event.wd, changed, cookie);
	}
}

void
psd_cgroup_watch_free(struct psd_cgroup *cgroup)
{
	if (cgroup->watch != NULL)
		psd_fd_close(cgroup->watch->fd);
	free(cgroup->watch);
	cgroup->watch = NULL;
}
