/* SPDX-License-Identifier: ISC */
#include "daemon/instance.h"
#include "daemon/lookup.h"
#include "daemon/lookup_line.h"
#include "daemon/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The same question, after the head, which has the id. */
static bool
is_same(const struct psd_lookup *a, const struct psd_lookup *b)
{
	return a->row == b->row && a->len == b->len &&
	    memcmp(a->bytes + PSD_FRAME_HEADER, b->bytes + PSD_FRAME_HEADER,
		a->len - PSD_FRAME_HEADER) == 0;
}

static struct psd_lookup *
find_same(const struct psd_lookup *lookup)
{
	const struct psd_service *service = lookup->daemon->resolver;
	const struct psd_instance *resolver;

	if (service == NULL)
		return NULL;
	TAILQ_FOREACH(resolver, &service->instances, of_service)
		if (resolver->lookup != NULL && !resolver->is_broken &&
		    resolver->lookup->call == NULL &&
		    is_same(resolver->lookup, lookup))
			return resolver->lookup;
	return NULL;
}

bool
psd_lookup_join(struct psd_lookup *lookup)
{
	struct psd_lookup *begun = find_same(lookup);

	if (begun == NULL)
		return false;
	begun->from = lookup->from;
	begun->done = lookup->done;
	begun->cookie = lookup->cookie;
	begun->call = lookup->call;
	begun->call->lookup = begun;
	sd_event_source_disable_unref(begun->deadline);
	begun->deadline = lookup->deadline;
	(void)sd_event_source_set_userdata(begun->deadline, begun);
	lookup->deadline = NULL;
	lookup->call = NULL;
	psd_lookup_free(lookup);
	return true;
}

void
psd_lookup_tell(const struct psd_lookup *lookup, struct psd_look_carried *ret)
{
	*ret = (struct psd_look_carried){
		.op = lookup->row->op,
		.id = lookup->id,
		.bytes = lookup->bytes,
		.len = lookup->len,
	};
	(void)sd_event_source_get_time(lookup->deadline, &ret->deadline_usec);
}

int
psd_lookup_resume(struct psd_instance *resolver,
    const struct psd_look_carried *carried)
{
	struct psd_daemon *daemon = resolver->service->daemon;
	const struct psd_op_row *row = psd_lookup_find(carried->op);
	struct psd_lookup *lookup;

	if (row == NULL || carried->len < PSD_FRAME_HEADER ||
	    carried->len > PSD_FRAME_MAX)
		return -EINVAL;
	lookup = calloc(1, sizeof(*lookup) + carried->len);
	if (lookup == NULL)
		return -ENOMEM;
	lookup->daemon = daemon;
	lookup->row = row;
	lookup->id = carried->id;
	lookup->len = carried->len;
	memcpy(lookup->bytes, carried->bytes, carried->len);
	lookup->resolver = resolver;
	resolver->lookup = lookup;
	return sd_event_add_time(psd_loop(daemon), &lookup->deadline,
	    CLOCK_MONOTONIC, carried->deadline_usec,
	    psd_loop_slack_until(carried->deadline_usec),
	    psd_lookup_on_deadline, lookup);
}
