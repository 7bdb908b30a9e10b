/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/observe_path.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without empty components and "."; ".." is undone by the file system. */
static bool
clean(char *path)
{
	char *to = path;
	bool goes_up = false;

	for (const char *at = path; *at != '\0';) {
		const size_t len = strcspn(at + 1, "/");

		goes_up |= len == 2 && at[1] == '.' && at[2] == '.';
		if (len > 0 && (len != 1 || at[1] != '.')) {
			memmove(to, at, len + 1);
			to += len + 1;
		}
		at += len + 1;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
	return !goes_up;
}

/* Nobody follows the last component of what is to be removed. */
static bool
settle(char path[PATH_MAX])
{
	char dir[PATH_MAX], real[PATH_MAX];
	char *last;
	int n;

	if (clean(path))
		return true;
	(void)snprintf(dir, sizeof(dir), "%s", path);
	last = strrchr(dir, '/');
	*last++ = '\0';
	if (strcmp(last, "..") == 0)
		return realpath(path, real) != NULL &&
		    snprintf(path, PATH_MAX, "%s", real) < PATH_MAX;
	if (realpath(dir[0] == '\0' ? "/" : dir, real) == NULL)
		return false;
	n = snprintf(path, PATH_MAX, "%s/%s", real[1] == '\0' ? "" : real,
	    last);
	return n > 0 && n < PATH_MAX;
}

bool
psd_observe_path(const struct psd_bytes *bytes, struct psd_observe_path *ret)
{
	struct stat link;

	if (bytes->len == 0 || bytes->len >= PATH_MAX || bytes->at[0] != '/' ||
	    memchr(bytes->at, '\0', bytes->len) != NULL)
		return false;
	memcpy(ret->path, bytes->at, bytes->len);
	ret->path[bytes->len] = '\0';
	if (!settle(ret->path))
		return false;
	ret->is_link = lstat(ret->path, &link) == 0 && S_ISLNK(link.st_mode);
	ret->exists = stat(ret->path, &ret->status) == 0;
	return true;
}

bool
psd_observe_may(const struct psd_observe_path *named, int mode)
{
	return faccessat(AT_FDCWD, named->path, mode, AT_EACCESS) == 0;
}

bool
psd_observe_may_make(const struct psd_observe_path *named)
{
	char dir[PATH_MAX];
	char *slash;

	(void)snprintf(dir, sizeof(dir), "%s", named->path);
	slash = strrchr(dir, '/');
	slash[slash == dir] = '\0';
	return !named->exists &&
	    faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0;
}
