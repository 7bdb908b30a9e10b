/* SPDX-License-Identifier: ISC */
#include "daemon/lookup_line.h"

#include "daemon/instance.h"
#include "daemon/resolver.h"
#include "daemon/service.h"

void
psd_lookups_init(struct psd_lookups *lookups)
{
	*lookups = (struct psd_lookups){ .n_waiting = 0 };
	TAILQ_INIT(&lookups->waiting);
}

/* From the end, past at most as many as others have more than it. */
void
psd_lookup_queue(struct psd_lookup *lookup, struct psd_instance *peer)
{
	struct psd_lookups *lookups = &lookup->daemon->lookups;
	struct psd_lookup *before;

	lookup->turn = peer->lookup_turn > lookups->turn ? peer->lookup_turn
							 : lookups->turn;
	peer->lookup_turn = lookup->turn + 1;
	before = TAILQ_LAST(&lookups->waiting, psd_lookup_queue);
	while (before != NULL && before->turn > lookup->turn)
		before = TAILQ_PREV(before, psd_lookup_queue, of_queue);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&lookups->waiting, lookup, of_queue);
	else
		TAILQ_INSERT_AFTER(&lookups->waiting, before, lookup, of_queue);
	lookups->n_waiting++;
}

void
psd_lookup_unqueue(struct psd_lookup *lookup)
{
	struct psd_lookups *lookups = &lookup->daemon->lookups;

	TAILQ_REMOVE(&lookups->waiting, lookup, of_queue);
	lookups->n_waiting--;
}

/* One resolver at least is left to the others. */
static bool
has_its_share(const struct psd_daemon *daemon, const struct psd_service *from)
{
	const struct psd_instance *resolver;
	unsigned n = 0;

	TAILQ_FOREACH(resolver, &daemon->resolver->instances, of_service)
		if (resolver->lookup != NULL && resolver->lookup->from == from)
			n++;
	return n + 1 >= PSD_RESOLVERS;
}

struct psd_lookup *
psd_lookup_choose(const struct psd_daemon *daemon)
{
	struct psd_lookup *lookup;

	TAILQ_FOREACH(lookup, &daemon->lookups.waiting, of_queue)
		if (!has_its_share(daemon, lookup->from))
			return lookup;
	return NULL;
}
