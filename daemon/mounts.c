/* SPDX-License-Identifier: ISC */
#include "daemon/mounts.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICE_SIZE = 32 };

/* A mount, and its file system by the number of its device. */
struct mount {
	char device[DEVICE_SIZE];
	char point[PATH_MAX];
};

/* A line of any length at a time: the options of a mount can be many. */
struct reader {
	FILE *file;
	char *line;
	size_t size;
};

/*
 * 36 35 98:0 / /etc rw,noatime master:1 - ext3 /dev/root rw
 * Names with a space have octal escapes, and so are found to be no part of any
 * path.
 */
static bool
next(struct reader *reader, struct mount *ret)
{
	while (getline(&reader->line, &reader->size, reader->file) > 0)
		if (sscanf(reader->line, "%*s %*s %31s %*s %4095s", ret->device,
			ret->point) == 2)
			return true;
	return false;
}

/* Of several mounts on each other the last is seen. */
static int
find_root(struct reader *reader, struct mount *ret)
{
	struct mount mount;
	int r = -ENOENT;

	while (next(reader, &mount))
		if (strcmp(mount.point, "/") == 0) {
			*ret = mount;
			r = 0;
		}
	rewind(reader->file);
	return r;
}

/* The root, of which every path is a part, counts for nothing here. */
static bool
leads_to(const char *point, const char *path)
{
	const size_t len = strlen(point);

	return len > 1 && strncmp(point, path, len) == 0 &&
	    (path[len] == '/' || path[len] == '\0');
}

static int
search(struct reader *reader, const char *path, size_t *ret_len)
{
	struct mount root, mount;
	size_t longest = 0;
	int r = find_root(reader, &root);

	if (r < 0)
		return r;
	while (next(reader, &mount)) {
		if (!leads_to(mount.point, path))
			continue;
		if (strcmp(mount.device, root.device) != 0)
			return -EXDEV;
		if (strlen(mount.point) > longest)
			longest = strlen(mount.point);
	}
	*ret_len = longest;
	return 0;
}

int
psd_mounts_of_root(const char *mountinfo, const char *path, size_t *ret_len)
{
	struct reader reader = { .file = fopen(mountinfo, "re") };
	int r;

	if (reader.file == NULL)
		return -errno;
	r = search(&reader, path, ret_len);
	free(reader.line);
	(void)fclose(reader.file);
	return r;
}
