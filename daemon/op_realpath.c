/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/beneath.h"
#include "daemon/call.h"

#include <string.h>

static char place[PSD_BENEATH_PLACE_SIZE];

/*
 * Safe because it tells the name of what the grant covers and of nothing else:
 * found beneath the grant's directory as open finds it, without effect, and
 * told only when the line covers the name that it has, too.  That directory is
 * spelt as the policy spells it, wherever somebody has moved it to by now.
 */
int
psd_do_realpath(struct psd_call *call, const struct psd_realpath_req *req,
    struct psd_realpath_rep *rep)
{
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct stat status;
	int r;

	fd = psd_beneath_find(call, &req->path, 0, &status);
	if (fd < 0)
		return fd;
	r = psd_beneath_place(call->policy, call->grant, call->row, fd, place);
	if (r < 0)
		return r;
	rep->resolved = (struct psd_str){ place, (uint32_t)strlen(place) };
	return 0;
}
