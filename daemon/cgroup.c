/* SPDX-License-Identifier: ISC */
#include "daemon/cgroup.h"

#include "common/fd.h"
#include "daemon/cgroup_base.h"
#include "daemon/cgroup_file.h"
#include "daemon/cgroup_watch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 32, NUMBER_SIZE = 24, GROWTH = 64 };

static void
leaf_name(char ret[NAME_SIZE], int leaf)
{
	(void)snprintf(ret, NAME_SIZE, PSD_CGROUP_LEAF "%d", leaf);
}

int
psd_cgroup_open(struct psd_cgroup *cgroup, const char *named, char *ret_why,
    size_t size)
{
	*cgroup = (struct psd_cgroup){
		.base_fd = PSD_NO_FD,
		.stays_outside = cgroup->stays_outside,
	};
	return psd_cgroup_base_open(cgroup, named, ret_why, size);
}

void
psd_cgroup_close(struct psd_cgroup *cgroup)
{
	for (uint32_t i = 0; i < cgroup->n_leaves; i++)
		if (cgroup->leaves[i].fd >= 0)
			psd_cgroup_leaf_remove(cgroup, (int)i);
	for (uint32_t i = 0; i < cgroup->n_leaves; i++)
		psd_fd_cleanup(&cgroup->leaves[i].fd);
	free(cgroup->leaves);
	psd_cgroup_watch_free(cgroup);
	if (cgroup->base_fd >= 0)
		psd_cgroup_base_close(cgroup);
	*cgroup = (struct psd_cgroup){ .base_fd = PSD_NO_FD };
}

/* 0 or -errno. */
static int
make_places(struct psd_cgroup *cgroup, uint32_t grown)
{
	struct psd_leaf *leaves;

	if (grown > PSD_LEAVES_MAX)
		return -ENOSPC;
	leaves = reallocarray(cgroup->leaves, grown, sizeof(*cgroup->leaves));
	if (leaves == NULL)
		return -ENOMEM;
	for (uint32_t i = cgroup->n_leaves; i < grown; i++)
		leaves[i] = (struct psd_leaf){ .fd = PSD_NO_FD };
	cgroup->leaves = leaves;
	cgroup->n_leaves = grown;
	return 0;
}

/* Returns a free place, or -errno. */
static int
find_place(struct psd_cgroup *cgroup)
{
	const uint32_t n = cgroup->n_leaves;
	int r;

	for (uint32_t i = 0; i < n; i++)
		if (cgroup->leaves[i].fd < 0)
			return (int)i;
	r = make_places(cgroup, n + GROWTH);
	return r < 0 ? r : (int)n;
}

static bool
is_free(const struct psd_cgroup *cgroup, uint32_t place)
{
	return place >= cgroup->n_leaves || cgroup->leaves[place].fd < 0;
}

int
psd_cgroup_leaf_adopt(struct psd_cgroup *cgroup, uint32_t place,
    const struct psd_leaf *leaf)
{
	const uint32_t grown = place - place % GROWTH + GROWTH;
	int r = 0;

	if (place >= PSD_LEAVES_MAX ||
	    (leaf->is_spare &&
		(leaf->is_doomed || cgroup->n_spare == PSD_SPARE_LEAVES)))
		r = -ENOSPC;
	else if (!is_free(cgroup, place))
		r = -EEXIST;
	else if (place >= cgroup->n_leaves)
		r = make_places(cgroup, grown);
	if (r < 0) {
		psd_fd_close(leaf->fd);
		return r;
	}
	cgroup->leaves[place] = *leaf;
	cgroup->n_doomed += leaf->is_doomed ? 1 : 0;
	if (leaf->is_spare)
		cgroup->spare[cgroup->n_spare++] = (int)place;
	return 0;
}

static int
set_limit(int leaf_fd, const char *file, uint64_t value)
{
	char number[NUMBER_SIZE];

	(void)snprintf(number, sizeof(number), "%" PRIu64, value);
	return psd_cgroup_write(leaf_fd, file, number);
}

static int
set_limits(const struct psd_cgroup *cgroup, int leaf_fd, uint64_t memory_max,
    uint32_t tasks_max)
{
	int r = 0;

	if (cgroup->has_memory && memory_max != UINT64_MAX) {
		r = set_limit(leaf_fd, "memory.max", memory_max);
		/* Without it a helper could grow on into the swap space. */
		if (r == 0)
			(void)set_limit(leaf_fd, "memory.swap.max", 0);
	}
	if (r == 0 && cgroup->has_pids && tasks_max != UINT32_MAX)
		r = set_limit(leaf_fd, "pids.max", tasks_max);
	return r;
}

/* 0, or -EEXIST when a predecessor's leaf is there that is still busy. */
static int
make_leaf(struct psd_cgroup *cgroup, int place)
{
	struct psd_leaf *leaf = &cgroup->leaves[place];
	char name[NAME_SIZE];
	int r = 0;

	leaf_name(name, place);
	if (mkdirat(cgroup->base_fd, name, 0755) < 0)
		r = -errno;
	if (r < 0 && r != -EEXIST)
		return r;
	leaf->fd =
	    openat(cgroup->base_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (leaf->fd < 0) {
		r = -errno;
		leaf->fd = PSD_NO_FD;
		(void)unlinkat(cgroup->base_fd, name, AT_REMOVEDIR);
		return r;
	}
	leaf->is_doomed = r == -EEXIST;
	cgroup->n_doomed += leaf->is_doomed ? 1 : 0;
	return r;
}

/* Returns its place, or -errno. */
static int
make_any_leaf(struct psd_cgroup *cgroup)
{
	int place, r;

	/* Each busy leaf takes its place, so this ends. */
	do {
		place = find_place(cgroup);
		if (place < 0)
			return place;
		r = make_leaf(cgroup, place);
	} while (r == -EEXIST);
	return r < 0 ? r : place;
}

int
psd_cgroup_spare_make(struct psd_cgroup *cgroup)
{
	int place;

	if (cgroup->n_spare == PSD_SPARE_LEAVES)
		return -ENOSPC;
	place = make_any_leaf(cgroup);
	if (place < 0)
		return place;
	cgroup->leaves[place].is_spare = true;
	cgroup->spare[cgroup->n_spare++] = place;
	return 0;
}

int
psd_cgroup_leaf_make(struct psd_cgroup *cgroup, uint64_t memory_max,
    uint32_t tasks_max)
{
	int place, r;

	place = cgroup->n_spare > 0 ? cgroup->spare[--cgroup->n_spare]
				    : make_any_leaf(cgroup);
	if (place < 0)
		return place;
	cgroup->leaves[place].is_spare = false;
	r = set_limits(cgroup, cgroup->leaves[place].fd, memory_max, tasks_max);
	if (r < 0) {
		psd_cgroup_leaf_remove(cgroup, place);
		return r;
	}
	return place;
}

bool
psd_cgroup_has_leaf(const struct psd_cgroup *cgroup, int leaf)
{
	return leaf >= 0 && !is_free(cgroup, (uint32_t)leaf) &&
	    !cgroup->leaves[leaf].is_spare && !cgroup->leaves[leaf].is_doomed;
}

static struct psd_leaf *
leaf_at(const struct psd_cgroup *cgroup, int leaf)
{
	assert(leaf >= 0 && !is_free(cgroup, (uint32_t)leaf));
	return &cgroup->leaves[leaf];
}

int
psd_cgroup_leaf_fd(const struct psd_cgroup *cgroup, int leaf)
{
	return leaf_at(cgroup, leaf)->fd;
}

int
psd_cgroup_leaf_kill(struct psd_cgroup *cgroup, int leaf)
{
	const int fd = leaf_at(cgroup, leaf)->fd;

	return cgroup->has_kill ? psd_cgroup_kill(fd)
				: psd_cgroup_kill_each(fd);
}

/* Whether the leaf is gone. */
static bool
try_remove(struct psd_cgroup *cgroup, int leaf)
{
	char name[NAME_SIZE];

	leaf_name(name, leaf);
	if (unlinkat(cgroup->base_fd, name, AT_REMOVEDIR) < 0 &&
	    errno != ENOENT) {
		(void)psd_cgroup_leaf_kill(cgroup, leaf);
		return false;
	}
	psd_cgroup_unwatch(cgroup, leaf);
	psd_fd_cleanup(&cgroup->leaves[leaf].fd);
	return true;
}

void
psd_cgroup_leaf_remove(struct psd_cgroup *cgroup, int leaf)
{
	struct psd_leaf *gone = leaf_at(cgroup, leaf);

	if (try_remove(cgroup, leaf)) {
		cgroup->n_doomed -= gone->is_doomed ? 1 : 0;
		return;
	}
	cgroup->n_doomed += gone->is_doomed ? 0 : 1;
	gone->is_doomed = true;
}

bool
psd_cgroup_watch_doomed(struct psd_cgroup *cgroup)
{
	bool are_watched = true;

	for (uint32_t i = 0; i < cgroup->n_leaves && cgroup->n_doomed > 0;
	     i++) {
		const struct psd_leaf *leaf = &cgroup->leaves[i];

		if (leaf->fd < 0 || !leaf->is_doomed ||
		    leaf->watches[PSD_LEAF_POPULATED] != 0)
			continue;
		if (psd_cgroup_watch(cgroup, (int)i, PSD_LEAF_POPULATED) < 0)
			are_watched = false;
		else /* It may have become empty before. */
			psd_cgroup_leaf_remove(cgroup, (int)i);
	}
	return are_watched;
}

void
psd_cgroup_sweep(struct psd_cgroup *cgroup)
{
	for (uint32_t i = 0; i < cgroup->n_leaves && cgroup->n_doomed > 0; i++)
		if (cgroup->leaves[i].fd >= 0 && cgroup->leaves[i].is_doomed)
			psd_cgroup_leaf_remove(cgroup, (int)i);
}
