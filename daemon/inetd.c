/* SPDX-License-Identifier: ISC */
#include "daemon/inetd.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/sys.h"
#include "daemon/ending.h"
#include "daemon/inetd_pool.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/relay.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

static bool
has_room(const struct psd_service *service)
{
	return service->n_instances < service->loaded->policy->instances_max;
}

static bool
is_full(const struct psd_service *service)
{
	return service->n_connections >=
	    service->loaded->policy->connections_max;
}

/*
 * Who is one too many for MaxConnections= is told.  The others may wait until
 * helpers of former clients have ended.
 */
bool
psd_inetd_may_accept(const struct psd_service *service)
{
	return !service->is_stopped &&
	    (service->loaded->policy->pass == PSD_PASS_SOCKET ||
		psd_relay_find_ready(service->daemon) != NULL) &&
	    (has_room(service) || psd_inetd_pool_has_one(service) ||
		is_full(service));
}

/* Which limit another one would exceed, or NULL. */
static const char *
find_limit(const struct psd_service *service, const struct psd_origin *origin)
{
	const struct psd_policy *policy = service->loaded->policy;
	const struct psd_instance *instance;
	uint32_t n_same = 0;

	if (is_full(service))
		return "MaxConnections=";
	if (policy->source_connections_max == 0)
		return NULL;
	TAILQ_FOREACH(instance, &service->instances, of_service)
		n_same += instance->has_client &&
		    psd_origin_is_same(&instance->origin, origin);
	return n_same < policy->source_connections_max
	    ? NULL
	    : "MaxConnectionsPerSource=";
}

/*
 * One that waits for its client, or one that is started for this one, with an
 * end of its pair; or one that has the connection itself.
 */
static int
find_server(struct psd_service *service, int connection,
    struct psd_instance **ret, int *ret_end)
{
	const struct psd_policy *policy = service->loaded->policy;
	const bool tells_peer = policy->peer_environment;
	struct psd_origin_environment peer;
	const struct psd_kit kit = {
		.stdio = { connection, connection, PSD_NO_FD },
		.environment = tells_peer ? peer.list : NULL,
	};
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
	return policy->pass == PSD_PASS_SOCKET
	    ? psd_instance_start_program(service, &kit, ret)
	    : psd_program_start_on_pair(service, kit.environment, ret, ret_end);
}

/*
 * The relay has a time limit for a client whose host is gone; a program of
 * its own is told by the kernel, which asks now and then.
 */
static int
prepare_to_pass(int connection, const struct psd_origin *origin)
{
	const int yes = 1;

	(void)psd_sys_pass_rights(connection, false);
	if (!origin->is_local &&
	    setsockopt(connection, SOL_SOCKET, SO_KEEPALIVE, &yes,
		sizeof(yes)) < 0)
		return -errno;
	return 0;
}

/* What the relay has must not block it. */
static int
have_relayed(struct psd_instance *instance, int *connection, int *end)
{
	if (fcntl(*end, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return psd_relay_begin(instance, psd_fd_take(connection),
	    psd_fd_take(end));
}

static int
serve(struct psd_service *service, int *connection,
    const struct psd_origin *origin)
{
	const bool is_passed = service->loaded->policy->pass == PSD_PASS_SOCKET;
	_cleanup_fd_ int ours = PSD_NO_FD;
	struct psd_instance *instance = NULL;
	int r;

	r = is_passed ? prepare_to_pass(*connection, origin) : 0;
	if (r == 0)
		r = find_server(service, *connection, &instance, &ours);
	if (r < 0)
		return r;
	assert(instance != NULL);
	if (!is_passed)
		r = have_relayed(instance, connection, &ours);
	if (r == 0)
		r = psd_ending_limit_runtime(instance);
	instance->origin = *origin;
	instance->has_client = true;
	service->n_connections++;
	psd_instance_accepted(instance);
	if (r < 0)
		psd_program_end(instance);
	return r;
}

void
psd_inetd_client_gone(struct psd_instance *instance)
{
	if (!instance->has_client)
		return;
	instance->has_client = false;
	instance->service->n_connections--;
	psd_service_watch_listeners(instance->service);
}

static void
refuse(struct psd_service *service, const char *why)
{
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", service->name },
		{ "PRIVSEP_VERDICT", "refused" },
		{ "PRIVSEP_REASON", why },
	};

	service->clients.refused++;
	(void)snprintf(service->last_refused, sizeof(service->last_refused),
	    "a client: %s", why);
	/* Whoever is refused may come again at once, and again. */
	if (psd_rate_pass(&service->starts, psd_now()))
		psd_say(PSD_MESSAGE_connection_refused, fields,
		    PSD_ELEMENTS(fields));
}

/* Those who have gone are counted until then. */
static const char *
find_limit_now(struct psd_service *service, const struct psd_origin *origin)
{
	if (find_limit(service, origin) == NULL)
		return NULL;
	psd_ending_look(service);
	return find_limit(service, origin);
}

/* One a turn: a start takes longer than anything else that we do. */
void
psd_inetd_accept(struct psd_listener *listener)
{
	struct psd_service *service = listener->service;
	const bool is_relayed = service->loaded->policy->pass == PSD_PASS_RELAY;
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct psd_origin origin;
	const char *limit;
	int r;

	if (!psd_inetd_may_accept(service))
		return;
	fd = accept4(listener->fd, NULL, NULL,
	    SOCK_CLOEXEC | (is_relayed ? SOCK_NONBLOCK : 0));
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			psd_service_back_off(service, errno);
		return;
	}
	/* It has gone already. */
	if (psd_origin_look(fd, &origin) < 0)
		return;
	limit = find_limit_now(service, &origin);
	if (limit != NULL) {
		refuse(service, limit);
		return;
	}
	service->clients.admitted++;
	r = serve(service, &fd, &origin);
	if (r < 0 && r != -ENOTCONN)
		psd_service_back_off(service, -r);
}
