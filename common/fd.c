/* SPDX-License-Identifier: ISC */
#include "common/fd.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

int
psd_fd_take(int *fd)
{
	const int taken = *fd;

	*fd = PSD_NO_FD;
	return taken;
}

void
psd_fd_close(int fd)
{
	const int saved = errno;

	if (fd < 0)
		return;
	/*
	 * Linux frees the number whatever close() answers, so nothing is
	 * retried; but EBADF means that somebody else closed our descriptor,
	 * and with it perhaps the next owner's.
	 */
	if (close(fd) < 0)
		assert(errno != EBADF);
	errno = saved;
}

void
psd_fd_cleanup(int *fd)
{
	psd_fd_close(psd_fd_take(fd));
}
