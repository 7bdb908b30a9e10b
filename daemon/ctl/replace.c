/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/replace.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Beside it, since rename() does not leave a file system, with a dot before
 * the name and another ending, for which no collector looks.
 */
static int
make_name(const char *path, char ret[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const size_t dir_len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	const int n = snprintf(ret, PATH_MAX, "%.*s.%s.XXXXXX", (int)dir_len,
	    path, path + dir_len);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* Takes over fd. */
static int
fill(int fd, void (*write)(FILE *out, const void *cookie), const void *cookie)
{
	_cleanup_fd_ int owned = fd;
	FILE *out;
	int r;

	/* mkostemp() made it for us alone; metrics are for everybody. */
	if (fchmod(fd, 0644) < 0)
		return -errno;
	out = fdopen(fd, "w");
	if (out == NULL)
		return -errno;
	(void)psd_fd_take(&owned);
	write(out, cookie);
	r = fflush(out) != 0 || ferror(out) ? -errno : 0;
	if (fclose(out) != 0 && r == 0)
		r = -errno;
	return r;
}

int
psd_ctl_replace(const char *path, void (*write)(FILE *out, const void *cookie),
    const void *cookie)
{
	char name[PATH_MAX];
	int fd;
	int r = make_name(path, name);

	if (r < 0)
		return r;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fill(fd, write, cookie);
	if (r == 0 && rename(name, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(name);
	return r;
}
