/* SPDX-License-Identifier: ISC */
#include "daemon/call.h"
#include "daemon/program.h"

/*
 * Safe because a handle is looked up among those of the helper that asks, and
 * what is told is how a program of its own ended.
 */
int
psd_do_wait_program(struct psd_call *call,
    const struct psd_wait_program_req *req, struct psd_wait_program_rep *rep)
{
	return psd_program_wait(call, req->handle, rep);
}
