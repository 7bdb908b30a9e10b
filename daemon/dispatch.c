/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/fd.h"
#include "common/hot.h"
#include "daemon/audit.h"
#include "daemon/call.h"
#include "daemon/daemon.h"
#include "daemon/dispose.h"
#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "daemon/lookup.h"
#include "daemon/relay.h"
#include "daemon/service.h"
#include "daemon/talk.h"
#include "daemon/trace.h"
#include "daemon/watch.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* From the numbers of the catalogue to the functions that perform them. */
#define OP(name, number, text) \
	static int perform_##name(struct psd_call *call, \
	    const union psd_any_req *req, union psd_any_rep *rep) \
	{ \
		return psd_do_##name(call, &req->as_##name, &rep->as_##name); \
	}
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"

/* One thread, so one frame to read a request from again is enough. */
static struct psd_frame again;

typedef int performer(struct psd_call *call, const union psd_any_req *req,
    union psd_any_rep *rep);

static performer *const performers[] = {
#define OP(name, number, text) [number] = perform_##name,
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"
};

/* Once a row is found, so is its function: both come from the catalogue. */
static performer *
find_performer(const struct psd_op_row *row)
{
	assert((size_t)row->op < sizeof(performers) / sizeof(performers[0]));
	assert(performers[row->op] != NULL);
	return performers[row->op];
}

static int
perform(struct psd_call *call, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	const int r = find_performer(call->row)(call, req, rep);

	/* A grant that is good for once is used up by what it made happen. */
	if (r >= 0 && call->grant != NULL)
		psd_rights_use(&call->conversation->rights, call->grant);
	return r;
}

/* No system call: the loop has noted when it was woken. */
static void
count_time(struct psd_service *service)
{
	struct psd_daemon *daemon = service->daemon;
	const uint64_t now = psd_now();

	daemon->turns.answered_usec = now;
	psd_tally_answer(&service->tally, now - psd_loop_woken_usec(daemon));
}

/* Performs it and, unless it is to be answered later, answers. */
PSD_HOT static int
perform_and_answer(struct psd_call *call, const union psd_any_req *req)
{
	union psd_any_rep rep;
	int r;

	psd_fields_init(call->row->rep, call->row->rep_size, &rep);
	r = perform(call, req, &rep);
	if (r != PSD_LATER)
		psd_call_answer(call, r, &rep);
	if (call->row->gives_fd)
		psd_fields_release(call->row->rep, &rep);
	return r;
}

void
psd_dispatch_again(struct psd_call *waiting)
{
	struct psd_call call = *waiting;
	struct psd_frame *frame = &again;
	union psd_any_req req;

	assert(call.request != NULL);
	psd_frame_init(frame);
	memcpy(frame->bytes, call.request->bytes, call.request->len);
	frame->len = call.request->len;
	call.frame = frame;
	/* What its line lies in must outlive it. */
	call.narrowing = psd_narrowing_ref(waiting->narrowing);
	psd_call_drop(waiting);
	if (psd_decode(frame, call.row->req, call.row->req_size, &req) < 0)
		psd_call_answer(&call, -EIO, NULL);
	else
		(void)perform_and_answer(&call, &req);
	psd_narrowing_unref(call.narrowing);
}

/* True when it was done: what a request had beside it was good. */
PSD_HOT static bool
serve(struct psd_conversation *conversation, const struct psd_op_row *row,
    const struct psd_frame *frame, uint32_t id, const union psd_any_req *req)
{
	const struct psd_policy *policy =
	    conversation->instance->loaded->policy;
	const struct psd_verdict verdict =
	    psd_policy_check(policy, &conversation->rights, row, req);
	struct psd_call call = {
		.peer = conversation->instance,
		.conversation = conversation,
		.row = row,
		.policy = policy,
		.grant = verdict.grant,
		.id = id,
		.must_look = conversation->instance->loaded->lets_write,
		.frame = frame,
	};
	int r = -EPERM;

	psd_audit(conversation, row, req, &verdict);
	if (verdict.is_allowed)
		r = perform_and_answer(&call, req);
	else
		psd_call_answer(&call, r, NULL);
	if (r != PSD_LATER)
		count_time(conversation->instance->service);
	return r >= 0;
}

/* Whoever sends what cannot be closed soon has sent it on purpose. */
static void
drop(struct psd_conversation *conversation, int *fds, size_t n)
{
	if (n == 0)
		return;
	conversation->instance->service->daemon->turns.answered_usec = 0;
	if (conversation->conv.drop == psd_dispose)
		psd_dispose_of(fds, n, conversation->instance);
	else
		conversation->conv.drop(fds, n);
	for (size_t i = 0; i < n; i++)
		fds[i] = PSD_NO_FD;
}

/* A request that was not done may have had anything beside it. */
static void
drop_fields(struct psd_conversation *conversation,
    const struct psd_field *layout, union psd_any_req *req)
{
	const int none = PSD_NO_FD;
	int fds[PSD_FDS_MAX];
	size_t n = 0;

	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++) {
		unsigned char *at = (unsigned char *)req + f->offset;

		if (f->kind != PSD_KIND_fd)
			continue;
		memcpy(&fds[n], at, sizeof(none));
		memcpy(at, &none, sizeof(none));
		n += fds[n] >= 0;
	}
	drop(conversation, fds, n);
}

/* Who may ask what when: hello first, and once. */
static bool
is_in_turn(const struct psd_conversation *conversation,
    const struct psd_op_row *row)
{
	return conversation->has_greeted != (row->op == PSD_OP_hello);
}

PSD_HOT void
psd_dispatch(struct psd_conversation *conversation, struct psd_frame *frame)
{
	const struct psd_op_row *row = psd_op_find(frame->op);
	const uint32_t id = frame->id;
	struct psd_instance *instance = conversation->instance;
	union psd_any_req req;

	psd_trace_heard(conversation, frame);
	if (frame->type == PSD_FRAME_REPLY &&
	    instance->loaded->policy->is_resolver) {
		psd_lookup_answer(instance, frame);
	} else if (frame->type == PSD_FRAME_REPLY &&
	    instance->loaded->policy->is_relay) {
		psd_relay_answer(instance, frame);
	} else if (frame->type == PSD_FRAME_REPLY &&
	    instance->loaded->policy->is_watcher) {
		psd_watch_answer(instance, frame);
	} else if (frame->type != PSD_FRAME_REQUEST || row == NULL) {
		psd_instance_break(instance, "sent an unknown operation %u",
		    frame->op);
	} else if (!is_in_turn(conversation, row)) {
		psd_instance_break(instance, "sent out of turn operation %u",
		    frame->op);
	} else if (psd_decode(frame, row->req, row->req_size, &req) < 0) {
		psd_instance_break(instance, "sent a malformed operation %u",
		    frame->op);
	} else {
		if (!serve(conversation, row, frame, id, &req))
			drop_fields(conversation, row->req, &req);
		if (row->takes_fd)
			psd_fields_release(row->req, &req);
		/* A resolver that has said hello, and has its answer. */
		if (instance->loaded->policy->is_resolver)
			psd_lookup_next(instance->service->daemon);
		else if (instance->loaded->policy->is_relay)
			psd_relay_ready(instance->service->daemon);
		else if (instance->loaded->policy->is_watcher)
			psd_watch_ready(instance);
	}
	drop(conversation, frame->fds, frame->n_fds);
	psd_frame_init(frame);
}
