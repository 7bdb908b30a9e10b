/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/libc.h"
#include "helper/stub.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

enum {
	FLAGS_THAT_WRITE = O_APPEND | O_CREAT | O_TRUNC,
	FLAGS_KNOWN = O_ACCMODE | FLAGS_THAT_WRITE | O_EXCL | O_CLOEXEC,
};

static bool
is_sensible(int flags)
{
	const int mode = flags & O_ACCMODE;

	if ((flags & ~FLAGS_KNOWN) != 0)
		return false;
	if (mode != O_RDONLY && mode != O_WRONLY && mode != O_RDWR)
		return false;
	if (mode == O_RDONLY && (flags & FLAGS_THAT_WRITE) != 0)
		return false;
	/* What can be read and written can be mapped, and changed anywhere. */
	if (mode == O_RDWR && (flags & O_APPEND) != 0)
		return false;
	return (flags & O_EXCL) == 0 || (flags & O_CREAT) != 0;
}

/* A path that does not fit the frame is told as open(2) would. */
static int
path_error(int r)
{
	return r == -EMSGSIZE ? -ENAMETOOLONG : r;
}

int
privsep_open(struct privsep *conversation, const char *path, int flags,
    mode_t mode)
{
	struct psd_open_req req = {
		.access = psd_access_of(flags),
		.path = psd_str_of(path),
		.mode = (flags & O_CREAT) != 0 ? mode : 0,
	};
	struct psd_open_rep rep;
	int r;

	if (!is_sensible(flags) || req.mode > 0777)
		return -EINVAL;
	psd_exchange_lock(conversation);
	r = psd_call_open(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? path_error(r) : rep.file;
}

int
privsep_stat(struct privsep *conversation, const char *path,
    struct privsep_stat *ret)
{
	struct psd_stat_req req = { .path = psd_str_of(path) };
	struct psd_stat_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_stat(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	if (r < 0)
		return path_error(r);
	*ret = (struct privsep_stat){
		.mode = rep.mode,
		.links = rep.links,
		.uid = rep.uid,
		.gid = rep.gid,
		.size = rep.size,
		.modified_nsec = rep.modified,
	};
	return 0;
}

int
privsep_truncate(struct privsep *conversation, const char *path, uint64_t size)
{
	struct psd_truncate_req req = {
		.path = psd_str_of(path),
		.size = size,
	};
	struct psd_truncate_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_truncate(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return path_error(r);
}

int
privsep_set_times(struct privsep *conversation, const char *path,
    int64_t accessed_nsec, int64_t modified_nsec)
{
	struct psd_set_times_req req = {
		.path = psd_str_of(path),
		.accessed = accessed_nsec,
		.modified = modified_nsec,
	};
	struct psd_set_times_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_set_times(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return path_error(r);
}

int
privsep_temporary_file(struct privsep *conversation, const char *directory,
    mode_t mode)
{
	struct psd_temporary_file_req req = {
		.directory = psd_str_of(directory),
		.mode = mode,
	};
	struct psd_temporary_file_rep rep;
	int r;

	if (mode > 0777)
		return -EINVAL;
	psd_exchange_lock(conversation);
	r = psd_call_temporary_file(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? path_error(r) : rep.file;
}

int
privsep_access(struct privsep *conversation, const char *path, int flags)
{
	struct psd_access_req req = {
		.access = psd_access_of(flags),
		.path = psd_str_of(path),
	};
	struct psd_access_rep rep;
	int r;

	if (!is_sensible(flags))
		return -EINVAL;
	psd_exchange_lock(conversation);
	r = psd_call_access(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return path_error(r);
}

/* access(2)'s modes and the flags with which a file would be opened. */
static const struct {
	int mode;
	int flags;
} modes[] = {
	{ R_OK, O_RDONLY },
	{ W_OK, O_WRONLY },
	{ R_OK | W_OK, O_RDWR },
};

int
privsep_access_mode(struct privsep *conversation, const char *path, int mode)
{
	struct privsep_stat status;

	if (mode == F_OK)
		return psd_libc_result(
		    privsep_stat(conversation, path, &status));
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (modes[i].mode == mode)
			return psd_libc_result(
			    privsep_access(conversation, path, modes[i].flags));
	/* What a helper may execute is not the daemon's to say. */
	return psd_libc_result(-EINVAL);
}
