/* SPDX-License-Identifier: ISC */
#ifndef PSD_HELPER_WATCHER_H
#define PSD_HELPER_WATCHER_H

#include "common/ops.h"

#include <sys/types.h>

/* What looking at a program's calls takes; PSD_NO_FD before it came. */
struct sight {
	int listener;
	int proc;
};

/*
 * Looks at one call that waits, and fills in what it names, which stays valid
 * until the next call.  0, or -ENOENT when it does not wait any more.
 */
int psd_watcher_observe(const struct sight *sight,
    const struct psd_observe_req *req, struct psd_observe_rep *rep);

/*
 * Reads up to size bytes of a process's memory into ret, as far as they are
 * there: the only place where that is done.  How many, or -errno for none.
 */
ssize_t psd_watcher_read(pid_t pid, uint64_t address, void *ret, size_t size);

/*
 * Writes the name of the directory that a path of a process starts from into
 * ret, closed by NUL: of a descriptor of its own, or of AT_FDCWD.  0 or
 * -errno.
 */
int psd_watcher_start(const struct sight *sight, pid_t pid, int dir, char *ret,
    size_t size);

#endif
