/* SPDX-License-Identifier: ISC */
#include "daemon/client_run.h"

#include "common/fd.h"
#include "common/handover.h"
#include "common/log.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/service.h"

#include <errno.h>
#include <sys/epoll.h>

bool
psd_client_may_run(const struct psd_service *service)
{
	return !service->is_stopped && !service->daemon->is_stopping &&
	    psd_now() >= service->no_start_before_usec &&
	    service->n_instances < service->loaded->policy->instances_max;
}

void
psd_client_heard(struct psd_instance *program, uint32_t events)
{
	const bool is_gone = (events & (EPOLLHUP | EPOLLERR)) != 0;

	psd_log(is_gone ? LOG_INFO : LOG_WARNING, "%s[%d]: %s",
	    program->service->name, program->child.pid,
	    is_gone ? "whoever ran it is gone"
		    : "overdue: its input has ended, and it neither reads nor "
		      "writes");
	program->is_overdue = program->is_overdue || !is_gone;
	psd_instance_kill(program);
}

/* What it sends is never read: a word to begin with is all that it says. */
static int
on_client(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_client *client = userdata;

	(void)fd;
	/* Either way it is over: there is nothing more to be told. */
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	psd_client_heard(client->filter, events);
	return 0;
}

int
psd_client_watch_program(struct psd_client *client,
    struct psd_instance *program)
{
	int r;

	client->filter = program;
	r = sd_event_add_io(psd_loop(client->service->daemon), &client->source,
	    client->fd, EPOLLRDHUP, on_client, client);
	return r < 0 ? r : 0;
}

/* From now on the client is the program's, and its connection stays here. */
static int
bind_to(struct psd_client *client, struct psd_instance *program)
{
	struct psd_service *service = client->service;

	client->source = sd_event_source_disable_unref(client->source);
	client->deadline = sd_event_source_disable_unref(client->deadline);
	psd_peer_release(&client->who);
	TAILQ_REMOVE(&service->clients.waiting, client, of_queue);
	TAILQ_INSERT_TAIL(&program->clients, client, of_queue);
	client->user->n_served++;
	return psd_client_watch_program(client, program);
}

void
psd_client_run(struct psd_client *client)
{
	const struct psd_handover handover = {
		.version = PSD_HANDOVER_VERSION,
		.kind = PSD_HANDOVER_STARTED,
		.stop_usec = client->service->loaded->policy->timeout_stop_usec,
	};
	_cleanup_fd_ int end = PSD_NO_FD;
	struct psd_instance *program;
	int r;

	r = psd_program_start_on_pair(client->service, NULL, &program, &end);
	if (r == -ETIMEDOUT)
		psd_program_hold_back(client->service);
	if (r < 0) {
		psd_client_refuse(client, r, "its program cannot be started");
		return;
	}
	r = bind_to(client, program);
	if (r == 0)
		r = psd_handover_send(client->fd, &handover, end);
	/* Gone meanwhile, or there is no memory to watch it. */
	if (r < 0)
		psd_instance_kill(program);
}

static void
tell(int fd, enum psd_handover_kind kind, int status)
{
	const struct psd_handover handover = {
		.version = PSD_HANDOVER_VERSION,
		.kind = kind,
		.status = status,
	};

	/* Whoever is gone, or has no room, need not be told. */
	(void)psd_handover_send(fd, &handover, PSD_NO_FD);
}

void
psd_client_tell_end(const struct psd_instance *program, int status)
{
	const struct psd_client *client;

	TAILQ_FOREACH(client, &program->clients, of_queue)
		if (client->filter == program)
			tell(client->fd, PSD_HANDOVER_ENDED, status);
}

void
psd_client_tell_not_run(int fd, int status)
{
	tell(fd, PSD_HANDOVER_REFUSED, status);
}
