/* SPDX-License-Identifier: ISC */
#include "tests/support/lease.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

int
test_lease(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* It is how the kernel tells that somebody wants the file. */
	(void)signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return -errno;
	return psd_fd_take(&fd);
}
