/* SPDX-License-Identifier: ISC */
/* Programs that the policy names, run by the daemon. */
#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>

int
privsep_run(struct privsep *conversation, const char *program,
    struct privsep_program *ret)
{
	struct psd_run_req req = { .program = psd_str_of(program) };
	struct psd_run_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_run(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	if (r < 0)
		return r == -EMSGSIZE ? -ENAMETOOLONG : r;
	*ret = (struct privsep_program){
		.handle = rep.handle,
		.input = rep.input,
		.output = rep.output,
		.error = rep.error,
	};
	return 0;
}

int
privsep_wait_program(struct privsep *conversation, uint32_t handle,
    struct privsep_program_end *ret)
{
	struct psd_wait_program_req req = { .handle = handle };
	struct psd_wait_program_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_wait_program(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	if (r < 0)
		return r;
	*ret = (struct privsep_program_end){
		.ending = rep.ending,
		.was_killed = rep.was_killed,
		.status = (int)rep.status,
	};
	return 0;
}

int
privsep_kill_program(struct privsep *conversation, uint32_t handle, int signal)
{
	struct psd_kill_program_req req = {
		.handle = handle,
		.signal = (uint32_t)signal,
	};
	struct psd_kill_program_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_kill_program(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}
