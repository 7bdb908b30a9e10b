/* SPDX-License-Identifier: ISC */
#include "tests/support/dir.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
test_dir_make(void)
{
	const char *base = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/privsepd-test.XXXXXX",
		base != NULL ? base : "/tmp") < 0)
		return NULL;
	if (mkdtemp(path) != NULL)
		return path;
	free(path);
	return NULL;
}

static int
remove_one(const char *path, const struct stat *status, int type,
    struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

void
test_dir_remove(char *path)
{
	if (path == NULL)
		return;
	/* Links are removed, not followed, and no other mount is entered. */
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	free(path);
}

int
test_dir_write(const char *path, const char *name, const char *text)
{
	_cleanup_fd_ int directory =
	    open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_fd_ int file = PSD_NO_FD;
	const size_t len = strlen(text);
	ssize_t n;

	if (directory < 0)
		return -errno;
	file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0644);
	if (file < 0)
		return -errno;
	n = write(file, text, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}
