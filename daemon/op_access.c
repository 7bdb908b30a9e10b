/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"
#include "daemon/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The grant by which open would be answered, or NULL. */
static const struct psd_grant *
find_grant(const struct psd_call *call, const struct psd_op_row *open_row,
    const struct psd_access_req *req)
{
	const struct psd_open_req as_open = {
		.access = req->access,
		.path = req->path,
	};
	const struct psd_verdict verdict = psd_policy_check(call->policy,
	    psd_call_rights(call), open_row, &as_open);

	return verdict.is_allowed ? verdict.grant : NULL;
}

/* What the file system itself says, such as that it is read-only. */
static int
ask_system(int fd, uint32_t access)
{
	const bool writes =
	    (access & (PSD_ACCESS_WRITE | PSD_ACCESS_APPEND)) != 0;
	const int mode =
	    ((access & PSD_ACCESS_READ) != 0 ? R_OK : 0) | (writes ? W_OK : 0);

	if (faccessat(fd, "", mode, AT_EMPTY_PATH | AT_EACCESS) < 0)
		return -errno;
	return (access & PSD_ACCESS_EXCLUSIVE) != 0 ? -EEXIST : 0;
}

/*
 * Safe because it tells no more than open does, and only where open would be
 * answered: by the same policy, with what the helper has given up or used up
 * left out, of the same file, which is found without effect and not opened.
 */
int
psd_do_access(struct psd_call *call, const struct psd_access_req *req,
    struct psd_access_rep *rep)
{
	const struct psd_op_row *open_row = psd_op_find(PSD_OP_open);
	_cleanup_fd_ int asked = PSD_NO_FD;
	_cleanup_fd_ int fd = PSD_NO_FD;
	const struct psd_grant *grant;

	(void)rep;
	if (!psd_access_is_sensible(req->access))
		return -EINVAL;
	grant = find_grant(call, open_row, req);
	if (grant == NULL)
		return -EPERM;
	/* Both lines have words such as owner= that must be kept to. */
	asked = psd_beneath_find_file(call->policy, call->grant, call->row,
	    req->access, &req->path, O_PATH);
	if (asked < 0)
		return asked;
	fd = psd_beneath_find_file(call->policy, grant, open_row, req->access,
	    &req->path, O_PATH);
	if (fd < 0)
		return fd;
	return ask_system(fd, req->access);
}
