/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "daemon/call.h"
#include "daemon/program.h"
#include "daemon/service.h"

#include <errno.h>

/*
 * Safe because the helper chooses a name among those that the line lists, and
 * nothing else: which program that is, its arguments, environment, user, filter
 * and limits are said by a policy of the program's own, under which it is
 * confined as any helper is.  What the helper gets are the other ends of three
 * pipes.  How many run, and how many are started in a while, is bounded by that
 * policy, whoever asks.
 */
int
psd_do_run(struct psd_call *call, const struct psd_run_req *req,
    struct psd_run_rep *rep)
{
	struct psd_service *service =
	    psd_service_find(psd_instance_service(call->peer)->daemon,
		req->program.at, req->program.len);
	struct psd_program_ends ends;
	int r;

	if (service == NULL ||
	    service->loaded->policy->type != PSD_TYPE_PROGRAM)
		return -ENOENT;
	r = psd_program_run(call->peer, service, &rep->handle, &ends);
	if (r < 0)
		return r;
	rep->input = ends.input;
	rep->output = ends.output;
	rep->error = ends.error;
	return 0;
}
