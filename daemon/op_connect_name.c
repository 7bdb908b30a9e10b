/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/endpoint.h"
#include "common/fd.h"
#include "common/list.h"
#include "common/lookup.h"
#include "daemon/call.h"
#include "daemon/connect.h"
#include "daemon/instance.h"
#include "daemon/lookup.h"
#include "daemon/service.h"
#include "policy/reach.h"
#include "policy/site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the addresses of a name, the first that may be tried. */
enum { TRIES_MAX = 8, DIGITS = 6 };

/* What goes with a look, in its cookie: 8 bits, and 16. */
enum { PORT_AT = 8 };

/* A connection on its way to one address after the other. */
struct trying {
	struct psd_call *call;
	struct psd_connect *connect;
	uint32_t protocol;
	uint64_t deadline_usec;
	size_t next, n;
	struct psd_endpoint endpoints[TRIES_MAX];
};

static void
forget(struct psd_call *call)
{
	struct trying *trying = call->state;

	if (trying == NULL)
		return;
	psd_connect_cancel(trying->connect);
	free(trying);
}

static void
finish(struct psd_call *call, int fd)
{
	struct psd_connect_name_rep rep = { .connection = fd };

	psd_call_finish(call, fd < 0 ? fd : 0, &rep);
	psd_fd_cleanup(&rep.connection);
}

/*
 * A name leads wherever its servers wish, so each address is judged: by what
 * the line has, and the one that it was narrowed from, special addresses being
 * none of all, and by the lines that deny addresses to connect.
 */
static bool
may_connect(const struct psd_call *call, uint32_t protocol,
    const struct psd_endpoint *endpoint)
{
	struct psd_connect_req req = {
		.protocol = protocol,
		.endpoint = *endpoint,
	};
	const struct psd_grant *within = call->grant->within;
	struct psd_verdict verdict;

	if (!psd_reach_covers(call->grant->reach, endpoint) ||
	    (within != NULL && !psd_reach_covers(within->reach, endpoint)))
		return false;
	verdict = psd_policy_check(call->policy, NULL,
	    psd_op_find(PSD_OP_connect), &req);
	return verdict.grant == NULL || !verdict.grant->is_deny;
}

/* Each address once: the port is ours, whatever the resolver says. */
static void
choose(struct trying *trying, const struct psd_bytes *targets, uint16_t port)
{
	for (size_t i = 0;
	     i < psd_targets_count(targets) && trying->n < TRIES_MAX; i++) {
		const struct psd_target target = psd_targets_get(targets, i);
		struct psd_endpoint endpoint =
		    psd_endpoint_plain(&target.endpoint);

		endpoint.port = port;
		if (may_connect(trying->call, trying->protocol, &endpoint))
			trying->endpoints[trying->n++] = endpoint;
	}
}

/* An equal share of what is left for each address; 0: over. */
static uint64_t
share(const struct trying *trying)
{
	const uint64_t now = psd_now();

	if (now >= trying->deadline_usec)
		return 0;
	return (trying->deadline_usec - now) / (trying->n - trying->next + 1);
}

static void on_connected(void *cookie, int fd);

/* Goes on with the next address after r, unless that is a connection. */
static void
go_on(struct trying *trying, int r)
{
	struct psd_call *call = trying->call;
	sd_event *event = psd_loop(psd_instance_service(call->peer)->daemon);
	uint64_t usec;

	while (r < 0 && trying->next < trying->n) {
		const struct psd_endpoint *endpoint =
		    &trying->endpoints[trying->next++];

		usec = share(trying);
		if (usec == 0) {
			r = -ETIMEDOUT;
			break;
		}
		r = psd_connect_begin(event, trying->protocol, endpoint, usec,
		    on_connected, trying, &trying->connect);
		if (r == -EINPROGRESS)
			return;
	}
	call->state = NULL;
	free(trying);
	finish(call, r);
}

static void
on_connected(void *cookie, int fd)
{
	struct trying *trying = cookie;

	trying->connect = NULL;
	go_on(trying, fd);
}

static void
answer(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *found)
{
	struct trying *trying;

	if (status < 0) {
		finish(call, status);
		return;
	}
	trying = calloc(1, sizeof(*trying));
	if (trying == NULL) {
		finish(call, -ENOMEM);
		return;
	}
	trying->call = call;
	trying->protocol = (uint32_t)(cookie & UINT8_MAX);
	trying->deadline_usec = psd_now() + psd_call_patience(call);
	choose(trying, &found->as_lookup_host.targets,
	    (uint16_t)(cookie >> PORT_AT));
	call->forget = forget;
	call->state = trying;
	/* What no address changes: none of them may be connected to. */
	go_on(trying, -EPERM);
}

/*
 * Safe because the name and the port were granted, and because what is
 * connected to is the very address that was judged after the look: nobody
 * looks again, so no name can be made to mean something else in between.
 */
int
psd_do_connect_name(struct psd_call *call,
    const struct psd_connect_name_req *req, struct psd_connect_name_rep *rep)
{
	char host[PSD_DOMAIN_SIZE], service[DIGITS];
	struct psd_lookup_host_req ask = {
		.type = PSD_SOCKET_STREAM,
		.flags = PSD_LOOKUP_NUMERIC_SERVICE | PSD_LOOKUP_CONFIGURED,
	};
	uint16_t port;

	(void)rep;
	if (!psd_site_parse(req->site.at, req->site.len, host, &port))
		return -EINVAL;
	if (req->protocol == PSD_PROTOCOL_UDP)
		ask.type = PSD_SOCKET_DATAGRAM;
	else if (req->protocol != PSD_PROTOCOL_TCP)
		return -EPROTONOSUPPORT;
	psd_domain_dot(host);
	(void)snprintf(service, sizeof(service), "%u", (unsigned)port);
	ask.host = psd_str_of(host);
	ask.service = psd_str_of(service);
	return psd_lookup(call, PSD_OP_lookup_host, &ask, answer,
	    (uint64_t)port << PORT_AT | req->protocol);
}
