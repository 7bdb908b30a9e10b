/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/program.h"

#include <errno.h>
#include <signal.h>

/*
 * Safe because a handle is looked up among those of the helper that asks, so
 * that no process but one that it started is sent a signal, by its pidfd, and
 * only one that asks a program to end or ends it.  There is none that stops it.
 */
int
psd_do_kill_program(struct psd_call *call,
    const struct psd_kill_program_req *req, struct psd_kill_program_rep *rep)
{
	(void)rep;
	switch (req->signal) {
	case SIGHUP:
	case SIGINT:
	case SIGTERM:
	case SIGKILL:
		return psd_program_kill(call->peer, req->handle,
		    (int)req->signal);
	default:
		return -EINVAL;
	}
}
