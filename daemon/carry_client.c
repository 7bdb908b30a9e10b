/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"

#include "common/fd.h"
#include "daemon/client_run.h"
#include "daemon/instance.h"
#include "daemon/service.h"

#include <string.h>

void
psd_carry_save_clients(struct psd_state_writer *writer,
    const struct psd_client_list *clients)
{
	const struct psd_client *client;

	TAILQ_FOREACH(client, clients, of_queue) {
		const struct psd_record_client record = {
			.fd = psd_state_hold(writer, client->fd),
			.uid = client->user->uid,
			.gid = client->who.gid,
			.pid = (uint32_t)client->who.pid,
			.pidfd = psd_state_hold(writer, client->who.pidfd),
			.flags = client->flags,
			.has_spoken = client->has_spoken,
			.deadline_usec = psd_carry_due(client->deadline),
		};

		psd_state_put(writer, PSD_RECORD_client, &record);
	}
}

static bool
is_watched(struct psd_state_reader *reader, int r)
{
	return r == 0 ||
	    psd_state_bad(reader, "a client cannot be watched: %s",
		strerror(-r));
}

static bool
wait_again(struct psd_state_reader *reader, struct psd_client *client, int fd,
    uint64_t deadline_usec)
{
	if (fd < 0)
		return psd_state_bad(reader, "%s has a client that is nobody",
		    client->service->name);
	return is_watched(reader,
	    psd_client_wait(client, fd, psd_carry_left(deadline_usec)));
}

/* The connection is there only where a program runs for it. */
static bool
serve_again(struct psd_state_reader *reader, struct psd_client *client, int fd,
    struct psd_instance *instance)
{
	client->fd = fd;
	client->user->n_served++;
	TAILQ_INSERT_TAIL(&instance->clients, client, of_queue);
	return fd < 0 ||
	    is_watched(reader, psd_client_watch_program(client, instance));
}

bool
psd_carry_load_client(struct psd_state_reader *reader,
    struct psd_service *service, struct psd_instance *instance)
{
	struct psd_record_client record;
	struct psd_client *client;
	struct psd_peer who;
	int fd;

	if (!psd_state_get(reader, PSD_RECORD_client, &record))
		return false;
	fd = psd_state_take(reader, record.fd);
	who = (struct psd_peer){
		.uid = record.uid,
		.gid = record.gid,
		.pid = (pid_t)record.pid,
		.pidfd = psd_state_take(reader, record.pidfd),
	};
	if (psd_state_error(reader) < 0)
		return false;
	client = psd_client_make(service, &who, record.flags);
	if (client == NULL)
		return psd_state_no_memory(reader);
	client->has_spoken = record.has_spoken != 0;
	return instance == NULL
	    ? wait_again(reader, client, fd, record.deadline_usec)
	    : serve_again(reader, client, fd, instance);
}
