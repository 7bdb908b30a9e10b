/* SPDX-License-Identifier: ISC */
#include "daemon/cgroup_find.h"

#include "common/stream.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 8192 };

/* Where cgroup2 is mounted, and which part of the hierarchy is seen there. */
struct mount {
	char root[PATH_MAX];
	char point[PATH_MAX];
};

/*
 * 30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw
 * The optional fields end with a lone dash.  Paths with octal escapes are
 * nothing that anybody mounts control groups on.
 */
static bool
parse_mount(const char *line, struct mount *ret)
{
	const char *dash = strstr(line, " - ");
	char type[32];

	if (dash == NULL || sscanf(dash, " - %31s", type) != 1 ||
	    strcmp(type, "cgroup2") != 0)
		return false;
	return sscanf(line, "%*s %*s %*s %4095s %4095s", ret->root,
		   ret->point) == 2 &&
	    strchr(ret->point, '\\') == NULL;
}

static int
find_mount(const char *mountinfo, struct mount *ret)
{
	_cleanup_file_ FILE *file = fopen(mountinfo, "re");
	char line[LINE_SIZE];

	if (file == NULL)
		return -errno;
	while (fgets(line, sizeof(line), file) != NULL)
		if (parse_mount(line, ret))
			return 0;
	return -ENOENT;
}

/* The line of version 2 is "0::/path". */
static int
find_membership(const char *membership, char *ret, size_t size)
{
	_cleanup_file_ FILE *file = fopen(membership, "re");
	char line[LINE_SIZE];

	if (file == NULL)
		return -errno;
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *path = line + 3;
		size_t len;

		if (strncmp(line, "0::/", 4) != 0)
			continue;
		len = strcspn(path, "\n");
		if (len >= size)
			return -ENAMETOOLONG;
		memcpy(ret, path, len);
		ret[len] = '\0';
		return 0;
	}
	return -ENOENT;
}

/* path below the mount's root; NULL when the mount does not show it. */
static const char *
below_root(const struct mount *mount, const char *path)
{
	const size_t len = strlen(mount->root);

	if (strcmp(mount->root, "/") == 0)
		return path;
	if (strncmp(path, mount->root, len) != 0 ||
	    (path[len] != '/' && path[len] != '\0'))
		return NULL;
	return path[len] == '\0' ? "/" : path + len;
}

__attribute__((format(printf, 4, 5))) static int
refuse(char *ret_why, size_t size, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(ret_why, size, format, arguments);
	va_end(arguments);
	return error;
}

int
psd_cgroup_find_in(const char *mountinfo, const char *membership,
    const char *named, char *ret_path, size_t path_size, bool *ret_is_top,
    char *ret_why, size_t size)
{
	struct mount mount;
	char current[PATH_MAX];
	const char *below = named;
	int n, r;

	r = find_mount(mountinfo, &mount);
	if (r < 0)
		return refuse(ret_why, size, r, "no cgroup2 is mounted");
	r = find_membership(membership, current, sizeof(current));
	if (r < 0)
		return refuse(ret_why, size, r,
		    "%s does not tell a cgroup of version 2", membership);
	if (named == NULL)
		below = below_root(&mount, current);
	if (below == NULL || below[0] != '/' || strstr(below, "/..") != NULL)
		return refuse(ret_why, size, -EINVAL,
		    "the control group %s is not below %s",
		    named == NULL ? current : named, mount.point);
	n = snprintf(ret_path, path_size, "%s%s", mount.point,
	    strcmp(below, "/") == 0 ? "" : below);
	if (n < 0 || (size_t)n >= path_size)
		return refuse(ret_why, size, -ENAMETOOLONG,
		    "the control group's path is too long");
	*ret_is_top = strcmp(below, "/") == 0;
	return 0;
}

int
psd_cgroup_find(const char *named, char *ret_path, size_t path_size,
    bool *ret_is_top, char *ret_why, size_t size)
{
	return psd_cgroup_find_in("/proc/self/mountinfo", "/proc/self/cgroup",
	    named, ret_path, path_size, ret_is_top, ret_why, size);
}
