/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * A batch: for each entry a byte of type (DT_*), a byte of length, the name.
 * getdents64() never fills more than it is offered, and an entry of ours is
 * shorter than the kernel's, so one buffer's worth always fits.
 */
static unsigned char batch[PSD_BYTES_MAX];
static char entries[PSD_BYTES_MAX];

static bool
is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static uint32_t
pack(ssize_t len, uint64_t *ret_cursor)
{
	uint32_t used = 0;

	for (ssize_t at = 0; at < len;) {
		struct dirent64 entry;
		const char *name;
		size_t n;

		memcpy(&entry, entries + at, offsetof(struct dirent64, d_name));
		name = entries + at + offsetof(struct dirent64, d_name);
		at += entry.d_reclen;
		*ret_cursor = (uint64_t)entry.d_off;
		n = strlen(name);
		if (is_dot(name) || n > NAME_MAX)
			continue;
		batch[used++] = entry.d_type;
		batch[used++] = (unsigned char)n;
		memcpy(batch + used, name, n);
		used += (uint32_t)n;
	}
	return used;
}

/*
 * Safe because the directory is opened anew for each batch beneath the
 * grant's, so nothing is held for a helper that never comes back; a cursor
 * that was made up leads to some place in the same directory or to its end.
 */
int
psd_do_read_directory(struct psd_call *call,
    const struct psd_read_directory_req *req,
    struct psd_read_directory_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	uint64_t cursor = req->cursor;
	uint32_t used = 0;
	ssize_t n;

	fd = psd_beneath_open(call->policy, call->grant, call->row, 0,
	    &req->path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	if (cursor > INT64_MAX || lseek(fd, (off_t)cursor, SEEK_SET) < 0)
		return -EINVAL;
	/* A batch of nothing says the end, so "." and ".." alone are not one. */
	do {
		n = getdents64(fd, entries, sizeof(entries));
		if (n < 0)
			return -errno;
		used = pack(n, &cursor);
	} while (n > 0 && used == 0);
	rep->entries = (struct psd_bytes){ batch, used };
	rep->cursor = cursor;
	return 0;
}
