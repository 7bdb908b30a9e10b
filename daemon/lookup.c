/* SPDX-License-Identifier: ISC */
#include "daemon/lookup.h"

#include "common/codec.h"
#include "common/log.h"
#include "daemon/instance.h"
#include "daemon/loaded.h"
#include "daemon/lookup_line.h"
#include "daemon/resolver.h"
#include "daemon/service.h"
#include "daemon/talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where RequestTimeoutSec= sets none. */
static const uint64_t timeout_max_usec = UINT64_C(30000000);

/* The kernel's errors end here, and so does what a status may say. */
enum { ERRNO_MAX = 4095 };

/* One thread, so one frame to ask by is enough. */
static struct psd_frame asking;

void
psd_lookup_free(struct psd_lookup *lookup)
{
	if (lookup->call != NULL)
		lookup->call->lookup = NULL;
	sd_event_source_disable_unref(lookup->deadline);
	free(lookup);
}

/* Tells whoever asked, if that is still there, and frees it. */
static void
finish(struct psd_lookup *lookup, int status, const union psd_any_rep *rep)
{
	struct psd_call *call = lookup->call;
	psd_lookup_done *done = lookup->done;
	const uint64_t cookie = lookup->cookie;

	psd_lookup_free(lookup);
	if (call != NULL)
		done(call, cookie, status, rep);
}

/* A resolver that is busy stays so: its answer has to come first. */
static void
forget(struct psd_call *call)
{
	struct psd_lookup *lookup = call->lookup;

	if (lookup == NULL)
		return;
	lookup->call = NULL;
	call->lookup = NULL;
	if (lookup->resolver != NULL)
		return;
	psd_lookup_unqueue(lookup);
	psd_lookup_free(lookup);
}

int
psd_lookup_on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_lookup *lookup = userdata;
	struct psd_instance *resolver = lookup->resolver;

	(void)source;
	(void)usec;
	if (resolver == NULL) {
		psd_lookup_unqueue(lookup);
	} else {
		/* What it waits for was the helper's choice, not its fault. */
		resolver->lookup = NULL;
		resolver->has_served = true;
		resolver->is_overdue = true;
		psd_instance_break(resolver, "its look takes too long");
	}
	finish(lookup, -ETIMEDOUT, NULL);
	return 0;
}

/* Who has most of them waiting has the last turn, and loses it. */
static void
make_room(struct psd_lookups *lookups)
{
	struct psd_lookup *last;

	if (lookups->n_waiting <= PSD_LOOKUPS_MAX)
		return;
	last = TAILQ_LAST(&lookups->waiting, psd_lookup_queue);
	psd_lookup_unqueue(last);
	finish(last, -EBUSY, NULL);
}

static struct psd_lookup *
make(const struct psd_call *call, const struct psd_op_row *row, void *req)
{
	struct psd_service *service = psd_instance_service(call->peer);
	struct psd_lookups *lookups = &service->daemon->lookups;
	const uint32_t id = ++lookups->last_id;
	struct psd_lookup *lookup;
	int r;

	psd_frame_init(&asking);
	r = psd_encode_request(&asking, row, id, req);
	if (r < 0) {
		errno = -r;
		return NULL;
	}
	lookup = calloc(1, sizeof(*lookup) + asking.len);
	if (lookup == NULL)
		return NULL;
	lookup->daemon = service->daemon;
	lookup->from = service;
	lookup->row = row;
	lookup->id = id;
	lookup->len = asking.len;
	memcpy(lookup->bytes, asking.bytes, asking.len);
	return lookup;
}

static int
set_deadline(struct psd_lookup *lookup, const struct psd_call *call)
{
	uint64_t usec = psd_call_patience(call);

	if (usec > timeout_max_usec)
		usec = timeout_max_usec;
	return sd_event_add_time_relative(psd_loop(lookup->daemon),
	    &lookup->deadline, CLOCK_MONOTONIC, usec, psd_loop_slack(usec),
	    psd_lookup_on_deadline, lookup);
}

int
psd_lookup(struct psd_call *call, enum psd_op op, void *req,
    psd_lookup_done *done, uint64_t cookie)
{
	struct psd_daemon *daemon = psd_instance_service(call->peer)->daemon;
	struct psd_lookup *lookup;
	int r;

	psd_resolver_refresh(daemon);
	lookup = make(call, psd_lookup_find(op), req);
	if (lookup == NULL)
		return -errno;
	lookup->done = done;
	lookup->cookie = cookie;
	r = set_deadline(lookup, call);
	if (r >= 0) {
		lookup->call = psd_call_keep(call, forget);
		r = lookup->call == NULL ? -errno : 0;
	}
	if (r < 0) {
		psd_lookup_free(lookup);
		return r;
	}
	lookup->call->lookup = lookup;
	if (psd_lookup_join(lookup))
		return PSD_LATER;
	psd_lookup_queue(lookup, call->peer);
	make_room(&daemon->lookups);
	psd_lookup_next(daemon);
	return PSD_LATER;
}

static struct psd_instance *
find_idle(const struct psd_daemon *daemon)
{
	struct psd_instance *resolver;

	if (daemon->resolver == NULL)
		return NULL;
	TAILQ_FOREACH(resolver, &daemon->resolver->instances, of_service)
		if (resolver->state == PSD_INSTANCE_READY &&
		    resolver->loaded == daemon->resolver->loaded &&
		    resolver->lookup == NULL)
			return resolver;
	return NULL;
}

static void
begin(struct psd_lookup *lookup, struct psd_instance *resolver)
{
	psd_lookup_unqueue(lookup);
	lookup->daemon->lookups.turn = lookup->turn;
	lookup->resolver = resolver;
	resolver->lookup = lookup;
	psd_frame_init(&asking);
	memcpy(asking.bytes, lookup->bytes, lookup->len);
	asking.len = lookup->len;
	psd_talk_send(&resolver->first, &asking);
}

void
psd_lookup_next(struct psd_daemon *daemon)
{
	struct psd_instance *resolver;
	struct psd_lookup *lookup;

	while ((resolver = find_idle(daemon)) != NULL &&
	    (lookup = psd_lookup_choose(daemon)) != NULL)
		begin(lookup, resolver);
}

/* The status of what answers the question, or 1 when it does not. */
static int
judge(const struct psd_lookup *lookup, struct psd_frame *frame,
    union psd_any_rep *ret_rep)
{
	if (frame->id != lookup->id || frame->op != (uint16_t)lookup->row->op ||
	    frame->status > 0 || frame->status < -ERRNO_MAX)
		return 1;
	if (frame->status == 0)
		return psd_decode(frame, lookup->row->rep,
			   lookup->row->rep_size, ret_rep) < 0;
	if (frame->len != PSD_FRAME_HEADER || frame->n_fds != 0)
		return 1;
	/* To refuse is the policy's. */
	return frame->status == -EPERM ? -EREMOTEIO : frame->status;
}

void
psd_lookup_answer(struct psd_instance *resolver, struct psd_frame *frame)
{
	struct psd_daemon *daemon = resolver->service->daemon;
	struct psd_lookup *lookup = resolver->lookup;
	union psd_any_rep rep;
	int status = 1;

	if (lookup != NULL)
		status = judge(lookup, frame, &rep);
	if (status > 0) {
		psd_instance_break(resolver, "sent what is no answer");
		return;
	}
	resolver->lookup = NULL;
	resolver->has_served = true;
	finish(lookup, status, &rep);
	psd_lookup_next(daemon);
}

void
psd_lookup_lost(struct psd_instance *resolver)
{
	struct psd_lookup *lookup = resolver->lookup;

	if (lookup == NULL)
		return;
	resolver->lookup = NULL;
	finish(lookup, -EREMOTEIO, NULL);
}
