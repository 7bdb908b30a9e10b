/* SPDX-License-Identifier: ISC */
#include "daemon/client.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/sys.h"
#include "daemon/client_answer.h"
#include "daemon/client_word.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>

void
psd_clients_init(struct psd_clients *clients)
{
	TAILQ_INIT(&clients->waiting);
	TAILQ_INIT(&clients->users);
}

/* The record of a user, made when there is none; NULL without memory. */
static struct psd_client_user *
find_user(struct psd_clients *clients, uid_t uid)
{
	struct psd_client_user *user;

	TAILQ_FOREACH(user, &clients->users, of_service)
		if (user->uid == uid)
			return user;
	user = calloc(1, sizeof(*user));
	if (user == NULL)
		return NULL;
	user->uid = uid;
	TAILQ_INSERT_TAIL(&clients->users, user, of_service);
	return user;
}

static void
drop_user(struct psd_clients *clients, struct psd_client_user *user)
{
	if (user->n > 0)
		return;
	TAILQ_REMOVE(&clients->users, user, of_service);
	free(user);
}

/* Frees one that is on no queue any more. */
static void
free_client(struct psd_client *client)
{
	struct psd_clients *clients = &client->service->clients;

	client->user->n--;
	clients->n--;
	drop_user(clients, client->user);
	sd_event_source_disable_unref(client->source);
	sd_event_source_disable_unref(client->deadline);
	psd_peer_release(&client->who);
	psd_fd_close(client->fd);
	free(client);
}

/* It goes away by itself, or is refused. */
static void
drop_waiting(struct psd_client *client)
{
	TAILQ_REMOVE(&client->service->clients.waiting, client, of_queue);
	free_client(client);
}

void
psd_client_refuse(struct psd_client *client, int status, const char *why)
{
	psd_client_tell_refused(client->service, client->fd, &client->who,
	    status, why);
	drop_waiting(client);
}

static int
on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_client *client = userdata;

	(void)source;
	(void)usec;
	if (client->has_spoken)
		psd_client_refuse(client, -EAGAIN,
		    "no helper was free in time");
	else
		psd_client_refuse(client, -ETIMEDOUT,
		    "it said nothing in time");
	return 0;
}

/*
 * What is there is not read: that is for the helper.  Nothing there is an
 * end, or an empty record, which nobody who speaks the protocol sends.
 */
static bool
has_said_something(int fd)
{
	int bytes = 0;

	return ioctl(fd, SIOCINQ, &bytes) == 0 && bytes > 0;
}

/*
 * Only a client that has said something is given to a helper, so that one
 * that never does takes none.  One that has gone is told by EPOLLHUP, which
 * comes whatever we ask for.
 */
static int
on_words(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_client *client = userdata;

	if ((events & (EPOLLHUP | EPOLLERR)) != 0 || !has_said_something(fd)) {
		drop_waiting(client);
		return 0;
	}
	client->has_spoken = true;
	(void)sd_event_source_set_io_events(source, 0);
	psd_clients_serve(client->service);
	return 0;
}

struct psd_client *
psd_client_make(struct psd_service *service, struct psd_peer *who,
    unsigned flags)
{
	struct psd_clients *clients = &service->clients;
	struct psd_client *client = calloc(1, sizeof(*client));
	struct psd_client_user *user =
	    client == NULL ? NULL : find_user(clients, who->uid);

	if (user == NULL) {
		free(client);
		psd_peer_release(who);
		return NULL;
	}
	client->service = service;
	client->user = user;
	client->flags = flags;
	client->who = *who;
	client->fd = PSD_NO_FD;
	user->n++;
	clients->n++;
	return client;
}

int
psd_client_wait(struct psd_client *client, int fd, uint64_t usec)
{
	struct psd_service *service = client->service;
	sd_event *event = psd_loop(service->daemon);
	int r;

	r = sd_event_add_io(event, &client->source, fd,
	    client->has_spoken ? 0 : EPOLLIN, on_words, client);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &client->deadline,
		    CLOCK_MONOTONIC, usec, psd_loop_slack(usec), on_deadline,
		    client);
	if (r < 0) {
		free_client(client);
		return r;
	}
	client->fd = fd;
	TAILQ_INSERT_TAIL(&service->clients.waiting, client, of_queue);
	return 0;
}

int
psd_client_queue(struct psd_service *service, int fd, struct psd_peer *who,
    unsigned flags)
{
	struct psd_client *client = psd_client_make(service, who, flags);

	return client == NULL
	    ? -ENOMEM
	    : psd_client_wait(client, fd,
		  service->loaded->policy->connect_timeout_usec);
}

/* This user's connections to all services. */
static uint32_t
count_everywhere(const struct psd_daemon *daemon, uid_t uid)
{
	const struct psd_service *service;
	const struct psd_client_user *user;
	uint32_t n = 0;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		TAILQ_FOREACH(user, &service->clients.users, of_service)
			if (user->uid == uid)
				n += user->n;
	return n;
}

int
psd_client_check_room(const struct psd_service *service, uid_t uid,
    const char **ret_why)
{
	const struct psd_policy *policy = service->loaded->policy;
	const struct psd_client_user *user;

	if (service->is_stopped) {
		*ret_why = "the service is stopped";
		return -ESHUTDOWN;
	}
	TAILQ_FOREACH(user, &service->clients.users, of_service)
		if (user->uid == uid &&
		    user->n >= policy->user_connections_max) {
			*ret_why = "MaxConnectionsPerUser=";
			return -EUSERS;
		}
	if (count_everywhere(service->daemon, uid) >=
	    service->daemon->config.user_connections_max) {
		*ret_why = "MaxConnectionsPerUser= of privsepd.conf";
		return -EUSERS;
	}
	if (service->clients.n >= policy->connections_max) {
		*ret_why = "MaxConnections=";
		return -EAGAIN;
	}
	return 0;
}

void
psd_client_come(struct psd_service *service, int fd)
{
	const struct psd_policy *policy = service->loaded->policy;
	const struct psd_admission *word;
	_cleanup_fd_ int owned = fd;
	const char *why;
	struct psd_peer who;
	int r;

	if (psd_peer_look(fd, &who) < 0)
		return;
	word = psd_client_find_word(policy, fd, &who, &why);
	r = word == NULL ? -EPERM
			 : psd_client_check_room(service, who.uid, &why);
	if (r < 0) {
		psd_client_tell_refused(service, fd, &who, r, why);
		psd_peer_release(&who);
		return;
	}
	psd_client_tell_admitted(service, &who, word);
	if (psd_client_queue(service, fd, &who, PSD_CLIENT_PASSES) < 0)
		psd_log(LOG_ERR, "%s: no memory for a client", service->name);
	else
		(void)psd_fd_take(&owned);
}

/* Callers were granted the name by their own policies, so that one is kept. */
static bool
may_stay(const struct psd_policy *policy, const struct psd_client *client)
{
	const char *why;

	if ((client->flags & PSD_CLIENT_CALLER) != 0)
		return policy->provides.n > 0;
	return psd_client_find_word(policy, client->fd, &client->who, &why) !=
	    NULL;
}

void
psd_clients_judge(struct psd_service *service)
{
	struct psd_client *client, *next;

	for (client = TAILQ_FIRST(&service->clients.waiting); client != NULL;
	     client = next) {
		next = TAILQ_NEXT(client, of_queue);
		if (!may_stay(service->loaded->policy, client))
			psd_client_refuse(client, -EPERM,
			    "the policy has changed");
	}
}

void
psd_clients_refuse(struct psd_service *service, int status, const char *why)
{
	struct psd_client *client;

	while ((client = TAILQ_FIRST(&service->clients.waiting)) != NULL)
		psd_client_refuse(client, status, why);
}

void
psd_clients_forget(struct psd_client_list *served)
{
	struct psd_client *client;

	while ((client = TAILQ_FIRST(served)) != NULL) {
		TAILQ_REMOVE(served, client, of_queue);
		client->user->n_served--;
		free_client(client);
	}
}
