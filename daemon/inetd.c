/* SPDX-License-Identifier: ISC */
#include "daemon/inetd.h"

#include "common/fd.h"
#include "common/log.h"
#include "daemon/ending.h"
#include "daemon/inetd_pool.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

static bool
has_room(const struct psd_service *service)
{
	return service->n_instances < service->loaded->policy->instances_max;
}

/* Who is one too many for MaxConnections= is told; the others may wait. */
bool
psd_inetd_may_accept(const struct psd_service *service)
{
	return !service->is_stopped &&
	    psd_relay_find_ready(service->daemon) != NULL &&
	    (has_room(service) || psd_inetd_pool_has_one(service) ||
		service->n_taken >= service->loaded->policy->connections_max);
}

/* Which limit another one would exceed, or NULL. */
static const char *
find_limit(const struct psd_service *service, const struct psd_origin *origin)
{
	const struct psd_policy *policy = service->loaded->policy;
	const struct psd_instance *instance;
	uint32_t n = 0, n_same = 0;

	TAILQ_FOREACH(instance, &service->instances, of_service) {
		n += instance->is_taken;
		n_same += instance->is_taken &&
		    psd_origin_is_same(&instance->origin, origin);
	}
	if (n >= policy->connections_max)
		return "MaxConnections=";
	if (policy->source_connections_max > 0 &&
	    n_same >= policy->source_connections_max)
		return "MaxConnectionsPerSource=";
	return NULL;
}

/* One that waits, or else one that is started now for this connection. */
static int
find_server(struct psd_service *service, int connection,
    struct psd_instance **ret, int *ret_end)
{
	const bool tells_peer = service->loaded->policy->peer_environment;
	struct psd_origin_environment peer;
	int r;

	*ret = psd_inetd_pool_take(service, ret_end);
	if (*ret != NULL)
		return 0;
	/* The last one that waited has died just now. */
	if (!has_room(service))
		return -EAGAIN;
	r = tells_peer ? psd_origin_describe(connection, &peer) : 0;
	if (r < 0)
		return r;
	return psd_program_start_on_pair(service, tells_peer ? peer.list : NULL,
	    ret, ret_end);
}

static int
serve(struct psd_service *service, int *connection,
    const struct psd_origin *origin)
{
	_cleanup_fd_ int ours = PSD_NO_FD;
	struct psd_instance *instance = NULL;
	int r;

	r = find_server(service, *connection, &instance, &ours);
	if (r < 0)
		return r;
	/* What the relay has must not block it. */
	r = fcntl(ours, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
	if (r == 0)
		r = psd_relay_begin(instance, psd_fd_take(connection),
		    psd_fd_take(&ours));
	if (r == 0)
		r = psd_ending_limit_runtime(instance);
	instance->origin = *origin;
	psd_instance_accepted(instance);
	if (r < 0)
		psd_program_end(instance);
	return r;
}

static void
refuse(struct psd_service *service, const char *why)
{
	service->clients.refused++;
	(void)snprintf(service->last_refused, sizeof(service->last_refused),
	    "a client: %s", why);
	/* Whoever is refused may come again at once, and again. */
	if (psd_rate_pass(&service->starts, psd_now()))
		psd_log(LOG_WARNING, "%s: refused a client: %s", service->name,
		    why);
}

/* One a turn: a start takes longer than anything else that we do. */
void
psd_inetd_accept(struct psd_listener *listener)
{
	struct psd_service *service = listener->service;
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct psd_origin origin;
	const char *limit;
	int r;

	if (!psd_inetd_may_accept(service))
		return;
	fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			psd_service_back_off(service, errno);
		return;
	}
	/* It has gone already. */
	if (psd_origin_look(fd, &origin) < 0)
		return;
	limit = find_limit(service, &origin);
	if (limit != NULL) {
		refuse(service, limit);
		return;
	}
	service->clients.admitted++;
	r = serve(service, &fd, &origin);
	if (r < 0 && r != -ENOTCONN)
		psd_service_back_off(service, -r);
}
