/* SPDX-License-Identifier: ISC */
/* Whose a file is, and who may do what with it. */
#include "common/codec.h"
#include "common/fd.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>
#include <fcntl.h>

/* A request's descriptor goes with it; the caller's stays the caller's. */
static int
copy_of(int fd)
{
	const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 ? -errno : copy;
}

static int
path_error(int r)
{
	return r == -EMSGSIZE ? -ENAMETOOLONG : r;
}

int
privsep_change_mode(struct privsep *conversation, const char *path, int fd,
    mode_t mode)
{
	struct psd_change_mode_req req = {
		.mode = mode,
		.path = psd_str_of(path),
		.file = PSD_NO_FD,
	};
	struct psd_change_mode_rep rep;
	int r;

	if (mode > 0777)
		return -EINVAL;
	req.file = copy_of(fd);
	if (req.file < 0)
		return req.file;
	psd_exchange_lock(conversation);
	r = psd_call_change_mode(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	psd_fields_release(psd_op_find(PSD_OP_change_mode)->req, &req);
	return path_error(r);
}

int
privsep_change_owner(struct privsep *conversation, const char *path, int fd,
    uid_t uid, gid_t gid)
{
	struct psd_change_owner_req req = {
		.owner = PSD_OWNER(uid, gid),
		.path = psd_str_of(path),
		.file = PSD_NO_FD,
	};
	struct psd_change_owner_rep rep;
	int r;

	req.file = copy_of(fd);
	if (req.file < 0)
		return req.file;
	psd_exchange_lock(conversation);
	r = psd_call_change_owner(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	psd_fields_release(psd_op_find(PSD_OP_change_owner)->req, &req);
	return path_error(r);
}
