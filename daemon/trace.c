/* SPDX-License-Identifier: ISC */
#include "daemon/trace.h"

#include "common/fd.h"
#include "common/hot.h"
#include "common/trace.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <stdio.h>

/* One thread, and one helper that is traced. */
static int reader = PSD_NO_FD;
static bool is_on;
static struct psd_trace record;
static bool is_half; /* record has a frame, of which is not known what it is */

void
psd_trace_begin(int fd, bool is_wanted)
{
	psd_fd_cleanup(&reader);
	reader = fd;
	is_on = is_wanted;
}

PSD_HOT bool
psd_trace_is_on(void)
{
	return is_on;
}

/* The daemon's own helpers speak about the one that is traced. */
PSD_HOT static bool
begin(const struct psd_instance *instance, uint32_t conversation,
    enum psd_trace_kind kind)
{
	const struct psd_policy *policy = instance->loaded->policy;

	if (!is_on || policy->is_resolver || policy->is_relay)
		return false;
	is_half = false;
	record.head = (struct psd_trace_head){
		.version = PSD_TRACE_VERSION,
		.kind = kind,
		.pid = instance->child.pid,
		.conversation = conversation,
		.usec = psd_now() - instance->started_usec,
	};
	(void)snprintf(record.head.service, sizeof(record.head.service), "%s",
	    instance->service->name);
	psd_trace_put_text(&record, "");
	return true;
}

/* A reader that is gone needs nothing more; its end is seen elsewhere. */
static void
tell(void)
{
	is_half = false;
	if (psd_trace_send(reader, &record) < 0)
		is_on = false;
}

PSD_HOT void
psd_trace_heard(const struct psd_conversation *conversation,
    const struct psd_frame *frame)
{
	if (!begin(conversation->instance, conversation->number,
		PSD_TRACE_FRAME))
		return;
	psd_trace_put_frame(&record, frame);
	is_half = true;
}

static void
complete(enum psd_trace_verdict verdict, const char *text)
{
	record.head.verdict = verdict;
	psd_trace_put_text(&record, text);
	tell();
}

void
psd_trace_judged(bool is_allowed, const char *reason)
{
	if (is_half)
		complete(is_allowed ? PSD_TRACE_ALLOWED : PSD_TRACE_REFUSED,
		    reason);
}

void
psd_trace_broke(const struct psd_instance *instance, const char *why)
{
	if (is_half) {
		complete(PSD_TRACE_BROKEN, why);
	} else if (begin(instance, 0, PSD_TRACE_DROPPED)) {
		psd_trace_put_text(&record, why);
		tell();
	}
}

PSD_HOT void
psd_trace_answered(const struct psd_conversation *conversation,
    const struct psd_frame *frame)
{
	if (!begin(conversation->instance, conversation->number,
		PSD_TRACE_FRAME))
		return;
	psd_trace_put_frame(&record, frame);
	tell();
}

void
psd_trace_ended(const struct psd_conversation *conversation, bool by_helper)
{
	if (begin(conversation->instance, conversation->number,
		by_helper ? PSD_TRACE_END : PSD_TRACE_STOP))
		tell();
}

void
psd_trace_gone(const struct psd_instance *instance, const char *how)
{
	if (!begin(instance, 0, PSD_TRACE_GONE))
		return;
	psd_trace_put_text(&record, how);
	tell();
}
