/* SPDX-License-Identifier: ISC */
#include "common/seal.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const int seals =
    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

int
psd_seal_write(const char *name, const void *bytes, size_t size)
{
	_cleanup_fd_ int fd =
	    memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	/* Memory takes all at once, or there is none. */
	if (pwrite(fd, bytes, size, 0) != (ssize_t)size)
		return -ENOMEM;
	if (fcntl(fd, F_ADD_SEALS, seals) < 0)
		return -errno;
	return psd_fd_take(&fd);
}

unsigned char *
psd_seal_read(int fd, size_t least, size_t most, size_t *ret_size)
{
	const int found = fcntl(fd, F_GET_SEALS);
	unsigned char *bytes;
	struct stat status;

	/* What nobody can change any more need not be looked at twice. */
	if (found < 0 || (found & seals) != seals || fstat(fd, &status) < 0 ||
	    status.st_size < (off_t)least || (uint64_t)status.st_size > most) {
		errno = EBADMSG;
		return NULL;
	}
	*ret_size = (size_t)status.st_size;
	bytes = malloc(*ret_size);
	if (bytes == NULL)
		return NULL;
	if (pread(fd, bytes, *ret_size, 0) == status.st_size)
		return bytes;
	free(bytes);
	errno = EBADMSG;
	return NULL;
}
