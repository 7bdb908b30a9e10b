/* SPDX-License-Identifier: ISC */
/* What is done to a name in a directory, rather than to a file. */
#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A path that does not fit the frame is told as the system would. */
static int
path_error(int r)
{
	return r == -EMSGSIZE ? -ENAMETOOLONG : r;
}

int
privsep_readlink(struct privsep *conversation, const char *path, char *ret,
    size_t size)
{
	struct psd_readlink_req req = { .path = psd_str_of(path) };
	struct psd_readlink_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_readlink(conversation, &req, &rep);
	if (r == 0 && rep.target.len >= size)
		r = -ERANGE;
	if (r == 0) {
		memcpy(ret, rep.target.at, (size_t)rep.target.len + 1);
		r = (int)rep.target.len;
	}
	psd_exchange_unlock(conversation);
	return path_error(r);
}

/* The buffer that the caller gave, or one of its own; NULL without memory. */
static char *
copy_out(const struct psd_str *path, char *resolved)
{
	if (resolved == NULL)
		resolved = malloc((size_t)path->len + 1);
	if (resolved != NULL)
		memcpy(resolved, path->at, (size_t)path->len + 1);
	return resolved;
}

char *
privsep_realpath(struct privsep *conversation, const char *path, char *resolved)
{
	struct psd_realpath_req req = { .path = psd_str_of(path) };
	struct psd_realpath_rep rep;
	char *ret = NULL;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_realpath(conversation, &req, &rep);
	if (r == 0)
		ret = copy_out(&rep.resolved, resolved);
	psd_exchange_unlock(conversation);
	/* Without memory errno is set. */
	if (r < 0)
		errno = -path_error(r);
	return ret;
}

int
privsep_unlink(struct privsep *conversation, const char *path)
{
	struct psd_unlink_req req = { .path = psd_str_of(path) };
	struct psd_unlink_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_unlink(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return path_error(r);
}

int
privsep_mkdir(struct privsep *conversation, const char *path, mode_t mode)
{
	struct psd_mkdir_req req = { .path = psd_str_of(path), .mode = mode };
	struct psd_mkdir_rep rep;
	int r;

	if (mode > 0777)
		return -EINVAL;
	psd_exchange_lock(conversation);
	r = psd_call_mkdir(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return path_error(r);
}

int
privsep_rmdir(struct privsep *conversation, const char *path)
{
	struct psd_rmdir_req req = { .path = psd_str_of(path) };
	struct psd_rmdir_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_rmdir(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return path_error(r);
}

int
privsep_rename(struct privsep *conversation, const char *from, const char *to,
    unsigned int flags)
{
	struct psd_rename_req req = {
		.from = psd_str_of(from),
		.to = psd_str_of(to),
		.flags = flags,
	};
	struct psd_rename_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_rename(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return path_error(r);
}
