/* SPDX-License-Identifier: ISC */
#include "common/small_file.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
psd_small_file_read(int dir_fd, const char *name, char *ret, size_t size)
{
	_cleanup_fd_ int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, ret, size - 1);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	return 0;
}
