/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/instance.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

/*
 * Safe because the lines can only take away: whatever they are taken for, a
 * request must still be covered by the policy's own lines, and only lines that
 * lie within what the conversation has take its place.  They are read by the
 * reader of policies, which touches no file for a helper; their size, number
 * and the work of comparing them are bounded, and nothing outlives the
 * conversation.
 */
int
psd_do_narrow(struct psd_call *call, const struct psd_narrow_req *req,
    struct psd_narrow_rep *rep)
{
	struct psd_diag diag;
	int r;

	(void)rep;
	psd_diag_init(&diag);
	r = psd_rights_narrow(psd_call_rights(call), call->policy, &req->lines,
	    &diag);
	/* The first complaint will do. */
	if (diag.text != NULL)
		psd_instance_log(call->peer, LOG_NOTICE, "cannot narrow: %.*s",
		    (int)strcspn(diag.text, "\n"), diag.text);
	psd_diag_free(&diag);
	return r;
}
