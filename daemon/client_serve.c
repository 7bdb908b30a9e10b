/* SPDX-License-Identifier: ISC */
#include "daemon/client.h"
#include "daemon/client_run.h"

#include "common/fd.h"
#include "common/sys.h"
#include "daemon/service.h"

/*
 * Of those who have spoken the one whose user is served least, and of several
 * the one who came first: one user's many connections wait behind another's
 * only one.
 */
static struct psd_client *
find_next(struct psd_clients *clients)
{
	struct psd_client *client, *best = NULL;

	TAILQ_FOREACH(client, &clients->waiting, of_queue)
		if (client->has_spoken &&
		    (best == NULL ||
			client->user->n_served < best->user->n_served))
			best = client;
	return best;
}

/* From here on the helper's; of us only the count stays. */
static void
hand_on(struct psd_client *client, struct psd_call *call)
{
	struct psd_instance *peer = call->peer;
	struct psd_accept_rep rep = {
		.connection = psd_fd_take(&client->fd),
		.listener = (client->flags & PSD_CLIENT_CALLER) != 0
		    ? PSD_ACCEPT_CALLER
		    : PSD_ACCEPT_CLIENT,
	};

	client->source = sd_event_source_disable_unref(client->source);
	client->deadline = sd_event_source_disable_unref(client->deadline);
	psd_peer_release(&client->who);
	TAILQ_REMOVE(&client->service->clients.waiting, client, of_queue);
	TAILQ_INSERT_TAIL(&peer->clients, client, of_queue);
	client->user->n_served++;
	(void)psd_sys_pass_rights(rep.connection,
	    call->policy->accepts_fds &&
		(client->flags & PSD_CLIENT_PASSES) != 0);
	psd_call_finish(call, 0, &rep);
	psd_fd_cleanup(&rep.connection);
	psd_instance_accepted(peer);
}

/* Each has a program of its own, as many at a time as the policy says. */
static void
run_filters(struct psd_service *service)
{
	struct psd_client *next;

	while (psd_client_may_run(service) &&
	    (next = find_next(&service->clients)) != NULL)
		psd_client_run(next);
}

void
psd_clients_serve(struct psd_service *service)
{
	struct psd_client *next;

	if (service->loaded->policy->type == PSD_TYPE_FILTER) {
		/* Not again for each that is ready while one is started. */
		if (service->clients.is_serving)
			return;
		service->clients.is_serving = true;
		run_filters(service);
		service->clients.is_serving = false;
		return;
	}
	while ((next = find_next(&service->clients)) != NULL) {
		if (TAILQ_EMPTY(&service->accepts)) {
			psd_service_grow(service);
			return;
		}
		hand_on(next, TAILQ_FIRST(&service->accepts));
	}
}
