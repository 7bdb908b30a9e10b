/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/instance.h"

#include <errno.h>

/*
 * Safe because rights only shrink: a bit is set, and nothing clears it.  The
 * conversation itself cannot be given up this way.  What it waits for is given
 * up with the operation.
 */
int
psd_do_restrict(struct psd_call *call, const struct psd_restrict_req *req,
    struct psd_restrict_rep *rep)
{
	const struct psd_op_row *row = psd_op_find(req->operation);

	(void)rep;
	if (row == NULL || row->is_free)
		return -EINVAL;
	psd_rights_give_up(psd_call_rights(call), row);
	psd_call_cancel_lost(call->conversation);
	return 0;
}
