/* SPDX-License-Identifier: ISC */
/* What is counted and measured, for privsepctl metrics and top. */
#include "common/codec.h"
#include "daemon/control_ops.h"
#include "daemon/memory.h"
#include "daemon/service.h"

#include <errno.h>

int
psd_do_ctl_operation(struct psd_daemon *daemon,
    const struct psd_ctl_operation_req *req, struct psd_ctl_operation_rep *rep)
{
	const struct psd_service *service =
	    psd_service_find(daemon, req->service.at, req->service.len);

	if (service == NULL)
		return -ENOENT;
	for (uint64_t op = req->after; ++op < PSD_TALLY_OPS;) {
		const struct psd_op_row *row = psd_op_find((uint32_t)op);
		const struct psd_tally_op *of_op = &service->tally.ops[op];

		if (row == NULL || of_op->allowed + of_op->refused == 0)
			continue;
		rep->id = op;
		rep->operation = psd_str_of(row->name);
		rep->allowed = of_op->allowed;
		rep->refused = of_op->refused;
		return 0;
	}
	return -ENOENT;
}

int
psd_do_ctl_latency(struct psd_daemon *daemon,
    const struct psd_ctl_latency_req *req, struct psd_ctl_latency_rep *rep)
{
	const struct psd_service *service =
	    psd_service_find(daemon, req->service.at, req->service.len);

	if (service == NULL || req->after >= PSD_TALLY_TIMES)
		return -ENOENT;
	rep->id = req->after + 1;
	rep->up_to_usec = psd_tally_bound_usec(req->after);
	rep->requests = service->tally.times[req->after].requests;
	rep->sum_usec = service->tally.times[req->after].sum_usec;
	return 0;
}

int
psd_do_ctl_turn(struct psd_daemon *daemon, const struct psd_ctl_turn_req *req,
    struct psd_ctl_turn_rep *rep)
{
	const struct psd_turns_of *of = &daemon->turns.of[0];

	if (req->after >= PSD_WORKS)
		return -ENOENT;
	of += req->after;
	rep->id = req->after + 1;
	rep->work = psd_str_of(psd_work_name((enum psd_work)req->after));
	rep->longest_usec = of->longest_usec;
	rep->longest_cpu_usec = of->longest_cpu_usec;
	rep->slow = of->slow;
	return 0;
}

int
psd_do_ctl_memory(struct psd_daemon *daemon,
    const struct psd_ctl_memory_req *req, struct psd_ctl_memory_rep *rep)
{
	struct psd_service *service =
	    psd_service_find(daemon, req->service.at, req->service.len);
	const struct psd_instance *instance;
	const char *source;

	if (service == NULL)
		return -ENOENT;
	instance = psd_service_instance_after(service, req->after);
	if (instance == NULL)
		return -ENOENT;
	rep->id = instance->id;
	/* One that has just died has none. */
	if (psd_instance_memory(instance, &rep->bytes, &source) < 0)
		source = "";
	rep->source = psd_str_of(source);
	return 0;
}
