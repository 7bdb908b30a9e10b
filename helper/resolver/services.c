/* SPDX-License-Identifier: ISC */
#include "helper/resolver/resolver.h"

#include "common/codec.h"
#include "common/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>

/* One question at a time, so that the functions with static results will do. */

int
psd_answer_lookup_service(const struct psd_lookup_service_req *req,
    struct psd_lookup_service_rep *rep)
{
	const char *protocol = req->protocol.len > 0 ? req->protocol.at : NULL;
	const struct servent *entry = NULL;
	uint32_t port;

	if (psd_lookup_number(req->service.at, &port) && port <= UINT16_MAX)
		entry = getservbyport(htons((uint16_t)port), protocol);
	else if (!psd_lookup_is_number(req->service.at))
		entry = getservbyname(req->service.at, protocol);
	if (entry == NULL)
		return -ENOENT;
	rep->name = psd_str_of(entry->s_name);
	rep->port = ntohs((uint16_t)entry->s_port);
	rep->protocol = psd_str_of(entry->s_proto);
	return psd_resolver_list(entry->s_aliases, &rep->aliases);
}

int
psd_answer_lookup_protocol(const struct psd_lookup_protocol_req *req,
    struct psd_lookup_protocol_rep *rep)
{
	const struct protoent *entry = NULL;
	uint32_t number;

	if (psd_lookup_number(req->protocol.at, &number) &&
	    number <= UINT16_MAX)
		entry = getprotobynumber((int)number);
	else if (!psd_lookup_is_number(req->protocol.at))
		entry = getprotobyname(req->protocol.at);
	if (entry == NULL)
		return -ENOENT;
	rep->name = psd_str_of(entry->p_name);
	rep->number = (uint32_t)entry->p_proto;
	return psd_resolver_list(entry->p_aliases, &rep->aliases);
}
