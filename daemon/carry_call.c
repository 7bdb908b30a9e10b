/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/frame.h"
#include "common/mem.h"
#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "daemon/talk.h"
#include "policy/rights_carried.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A request that waits is told by the bytes it came in, and performed again:
 * so each operation, as it is and as it will be, goes on by one and the same
 * road.  What it had begun ends with the process that began it, as if the
 * request had come a moment later; its deadline, and that it was allowed,
 * stay.
 */
static void
save_call(struct psd_state_writer *writer, const struct psd_call *call)
{
	const bool is_narrowed =
	    call->grant != NULL && call->grant->within != NULL;
	struct psd_record_call record = {
		.op = call->row->op,
		.id = call->id,
		.grant = call->grant == NULL || is_narrowed
		    ? UINT32_MAX
		    : call->grant->index,
		.is_narrowed = is_narrowed,
		.since_usec = call->since_usec,
	};

	if (call->request == NULL) {
		psd_state_refuse(writer,
		    "%s[%d] waits for %s, which cannot be asked for again",
		    call->peer->service->name, call->peer->child.pid,
		    call->row->name);
		return;
	}
	record.size = call->request->len;
	psd_state_put(writer, PSD_RECORD_call, &record);
	psd_state_put_bytes(writer, call->request->bytes, record.size);
	if (is_narrowed)
		psd_carry_save_line(writer, call->row, call->grant);
}

void
psd_carry_save_calls(struct psd_state_writer *writer,
    const struct psd_conversation *conversation)
{
	const struct psd_call *call;

	TAILQ_FOREACH(call, &conversation->waiting, of_conversation)
		save_call(writer, call);
}

/* Its state is its place among those to be performed, once there are any. */
static void
forget_turn(struct psd_call *call)
{
	struct psd_call **place = call->state;

	if (place != NULL)
		*place = NULL;
}

/* The line that it was narrowed to, which is the call's own. */
static bool
find_narrowed(struct psd_state_reader *reader, struct psd_call *call)
{
	_cleanup_free_ char *text = NULL;
	struct psd_narrowed line = { .text = "" };
	int r;

	if (!psd_carry_load_line(reader, &line, &text))
		return false;
	if (line.row != call->row)
		return psd_state_bad(reader, "a call has another's line");
	r = psd_rights_make_line(&call->conversation->rights, call->policy,
	    &line, &call->narrowing, &call->grant);
	if (r == -ENOMEM)
		return psd_state_no_memory(reader);
	return r == 0 || psd_state_bad(reader, "a call's line does not fit");
}

/* By which line it was allowed. */
static bool
find_grant(struct psd_state_reader *reader, struct psd_call *call,
    const struct psd_record_call *record)
{
	if (record->is_narrowed != 0)
		return find_narrowed(reader, call);
	if (record->grant == UINT32_MAX)
		return call->row->is_free ||
		    psd_state_bad(reader, "a call was allowed by nothing");
	call->grant = psd_policy_grant(call->policy, call->row, record->grant);
	return call->grant != NULL ||
	    psd_state_bad(reader, "a call's line is not there");
}

/* Takes over the reference that the call has. */
static bool
keep(struct psd_state_reader *reader, struct psd_call *call)
{
	const struct psd_call *kept = psd_call_keep(call, forget_turn);

	psd_narrowing_unref(call->narrowing);
	return kept != NULL ||
	    psd_state_bad(reader, "a call cannot wait: %s", strerror(errno));
}

bool
psd_carry_load_call(struct psd_state_reader *reader,
    struct psd_conversation *conversation)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	struct psd_instance *peer = conversation->instance;
	static struct psd_frame frame;
	struct psd_record_call record;
	struct psd_call call = {
		.peer = peer,
		.conversation = conversation,
		.policy = peer->loaded->policy,
		.must_look = peer->loaded->lets_write,
		.frame = &frame,
	};

	if (!psd_state_get(reader, PSD_RECORD_call, &record))
		return false;
	call.row = psd_op_find(record.op);
	call.id = record.id;
	call.since_usec = record.since_usec;
	if (record.size < PSD_FRAME_HEADER || record.size > PSD_FRAME_MAX)
		return psd_state_bad(reader, "a call of %u bytes", record.size);
	bytes = psd_state_get_bytes(reader, record.size);
	if (bytes == NULL || !find_grant(reader, &call, &record))
		return false;
	psd_frame_init(&frame);
	memcpy(frame.bytes, bytes, record.size);
	frame.len = record.size;
	return keep(reader, &call);
}

/* Calls to be performed again; one that ends before leaves its place. */
struct turns {
	struct psd_call **at;
	size_t n;
};

static void
add_turns(struct turns *turns, const struct psd_conversation *conversation)
{
	struct psd_call *call;

	TAILQ_FOREACH(call, &conversation->waiting, of_conversation) {
		assert(call->forget == forget_turn);
		if (turns->at != NULL)
			turns->at[turns->n] = call;
		turns->n++;
	}
}

static void
add_all(struct turns *turns, const struct psd_daemon *daemon)
{
	const struct psd_service *service;
	const struct psd_instance *instance;
	const struct psd_conversation *clone;

	turns->n = 0;
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(instance, &service->instances, of_service) {
			add_turns(turns, &instance->first);
			TAILQ_FOREACH(clone, &instance->clones, of_instance)
				add_turns(turns, clone);
		}
}

static int
compare_turns(const void *a, const void *b)
{
	const struct psd_call *const *one = a, *const *other = b;

	return (*one)->since_usec < (*other)->since_usec ? -1
	    : (*one)->since_usec > (*other)->since_usec  ? 1
							 : 0;
}

/* What it has begun ends; that it was asked for stays. */
static void
suspend(struct psd_conversation *conversation)
{
	struct psd_call *call;

	TAILQ_FOREACH(call, &conversation->waiting, of_conversation) {
		call->forget(call);
		call->state = NULL;
		call->forget = forget_turn;
	}
}

void
psd_carry_suspend_calls(const struct psd_daemon *daemon)
{
	const struct psd_service *service;
	struct psd_instance *instance;
	struct psd_conversation *clone;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(instance, &service->instances, of_service) {
			suspend(&instance->first);
			TAILQ_FOREACH(clone, &instance->clones, of_instance)
				suspend(clone);
		}
}

int
psd_carry_answer_calls(struct psd_daemon *daemon)
{
	_cleanup_free_ struct psd_call **at = NULL;
	struct turns turns = { .at = NULL };

	add_all(&turns, daemon);
	at = calloc(turns.n + 1, sizeof(struct psd_call *));
	if (at == NULL)
		return -ENOMEM;
	turns.at = at;
	add_all(&turns, daemon);
	qsort(at, turns.n, sizeof(struct psd_call *), compare_turns);
	for (size_t i = 0; i < turns.n; i++)
		at[i]->state = &at[i];
	for (size_t i = 0; i < turns.n; i++)
		if (at[i] != NULL)
			psd_dispatch_again(at[i]);
	return 0;
}
