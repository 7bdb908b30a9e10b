/* SPDX-License-Identifier: ISC */
#ifndef PSD_CGROUP_H
#define PSD_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many leaves there may be at a time, and leaves that wait for removal. */
enum { PSD_LEAVES_MAX = 65536 };

/* How many are made ahead, while the loop has nothing else to do. */
enum { PSD_SPARE_LEAVES = 8 };

/* Files of a leaf of whose changes the kernel tells. */
enum psd_leaf_file {
	PSD_LEAF_POPULATED, /* cgroup.events: is a process in it? */
	PSD_LEAF_MEMORY,    /* memory.events */
	PSD_LEAF_PIDS,      /* pids.events */
};
enum { PSD_LEAF_FILES = 3 };

struct psd_leaf {
	int fd;         /* its directory, or PSD_NO_FD: the place is free */
	bool is_doomed; /* removed as soon as its last process is gone */
	bool is_spare;  /* nobody's yet */
	int watches[PSD_LEAF_FILES]; /* daemon/cgroup_watch.h; 0: none */
};

struct psd_cgroup_watch;

/* The control group (version 2) that is ours to divide. */
struct psd_cgroup {
	int base_fd; /* or PSD_NO_FD: there is none */
	char path[PATH_MAX];
	bool is_ours;       /* made by us, removed by us */
	bool stays_outside; /* we do, if it is; set before it is opened */
	bool has_memory, has_pids; /* controllers of the leaves */
	bool has_kill;             /* cgroup.kill, from Linux 5.14 on */
	struct psd_leaf *leaves;   /* owned */
	uint32_t n_leaves, n_doomed;
	int spare[PSD_SPARE_LEAVES]; /* places */
	uint32_t n_spare;
	struct psd_cgroup_watch *watch; /* owned; NULL: of none so far */
};

/*
 * Finds the base: named by its path below the mount ("/privsepd.slice") or
 * where we are now; it must be ours to write and hold no process but us.
 * Moves this process into a leaf "daemon" of it, since a group with leaves
 * holds no processes, and removes leaves that a predecessor has left behind.
 * 0, or -errno and in ret_why one line of what is in the way; then there is
 * no cgroup, and the other functions are not to be called.
 */
int psd_cgroup_open(struct psd_cgroup *cgroup, const char *named, char *ret_why,
    size_t size);
void psd_cgroup_close(struct psd_cgroup *cgroup);

/* Makes one more spare leaf.  0, or -errno; -ENOSPC: there are enough. */
int psd_cgroup_spare_make(struct psd_cgroup *cgroup);

/*
 * A leaf for one instance, ahead of its start: a spare one, or else one that
 * is made now.  Limits apply where the controllers are there; UINT64_MAX and
 * UINT32_MAX mean none.  Returns its number, or -errno.
 */
int psd_cgroup_leaf_make(struct psd_cgroup *cgroup, uint64_t memory_max,
    uint32_t tasks_max);

/*
 * One that was made before this process was executed anew; takes over its
 * descriptor.  0, or -errno when it has no place.
 */
int psd_cgroup_leaf_adopt(struct psd_cgroup *cgroup, uint32_t place,
    const struct psd_leaf *leaf);

/* Is it there, and an instance's? */
bool psd_cgroup_has_leaf(const struct psd_cgroup *cgroup, int leaf);

/* Its directory, for psd_birth.cgroup_fd; borrowed. */
int psd_cgroup_leaf_fd(const struct psd_cgroup *cgroup, int leaf);

/* Kills every process in it.  0 or -errno. */
int psd_cgroup_leaf_kill(struct psd_cgroup *cgroup, int leaf);

/*
 * Kills what is left in it and removes it; one that cannot be removed yet
 * is doomed, and later calls and psd_cgroup_sweep() try again.
 */
void psd_cgroup_leaf_remove(struct psd_cgroup *cgroup, int leaf);

/*
 * Watches those that are doomed, so that each is removed as its last process
 * is gone.  False: some cannot be watched, and a timer has to sweep.
 */
bool psd_cgroup_watch_doomed(struct psd_cgroup *cgroup);
void psd_cgroup_sweep(struct psd_cgroup *cgroup);

#endif
