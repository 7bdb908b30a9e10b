/* SPDX-License-Identifier: ISC */
#include "helper/resolver/resolver.h"

#include "common/codec.h"
#include "common/endpoint.h"
#include "common/list.h"
#include "common/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static unsigned char targets[PSD_BYTES_MAX];
static char canonical[PSD_NAME_MAX + 1];

static bool
to_target(const struct addrinfo *from, struct psd_target *ret)
{
	const int type = psd_lookup_type(from->ai_socktype);

	if (type < 0 || from->ai_protocol < 0 ||
	    psd_endpoint_from_sockaddr(from->ai_addr, from->ai_addrlen,
		&ret->endpoint) < 0)
		return false;
	ret->type = (uint32_t)type;
	ret->protocol = (uint32_t)from->ai_protocol;
	return true;
}

/* What cannot be told, or not any more, is left out. */
static void
fill(const struct addrinfo *found, struct psd_lookup_host_rep *rep)
{
	struct psd_target target;
	size_t len = 0;

	for (; found != NULL && sizeof(targets) - len >= PSD_TARGET_LEN;
	     found = found->ai_next) {
		if (!to_target(found, &target))
			continue;
		psd_targets_put(targets + len, &target);
		len += PSD_TARGET_LEN;
	}
	rep->targets = (struct psd_bytes){ targets, (uint32_t)len };
}

int
psd_answer_lookup_address(const struct psd_lookup_address_req *req,
    struct psd_lookup_address_rep *rep)
{
	static char host[NI_MAXHOST], service[PSD_NAME_MAX + 1];
	const int flags = psd_lookup_ni(req->flags);
	struct sockaddr_storage address;
	const socklen_t len =
	    psd_endpoint_to_sockaddr(&req->endpoint, &address);
	int r;

	if (flags < 0)
		return -EINVAL;
	r = getnameinfo((const struct sockaddr *)&address, len, host,
	    sizeof(host), service, sizeof(service), flags);
	if (r != 0)
		return psd_lookup_status(r, errno);
	rep->host = psd_str_of(host);
	rep->service = psd_str_of(service);
	return 0;
}

int
psd_answer_lookup_host(const struct psd_lookup_host_req *req,
    struct psd_lookup_host_rep *rep)
{
	const struct addrinfo hints = {
		.ai_flags = psd_lookup_ai(req->flags),
		.ai_family = psd_lookup_af(req->family),
		.ai_socktype = psd_lookup_sock(req->type),
		.ai_protocol = (int)req->protocol,
	};
	struct addrinfo *found = NULL;
	int r;

	if (hints.ai_flags < 0 || hints.ai_family < 0 || hints.ai_socktype < 0)
		return -EINVAL;
	r = getaddrinfo(req->host.at,
	    req->service.len > 0 ? req->service.at : NULL, &hints, &found);
	if (r != 0)
		return psd_lookup_status(r, errno);
	fill(found, rep);
	(void)snprintf(canonical, sizeof(canonical), "%s",
	    found->ai_canonname != NULL ? found->ai_canonname : "");
	rep->canonical = psd_str_of(canonical);
	freeaddrinfo(found);
	return 0;
}
