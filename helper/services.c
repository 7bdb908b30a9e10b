/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/endpoint.h"
#include "common/lookup.h"
#include "helper/exchange.h"
#include "helper/room.h"
#include "helper/stub.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* Digits of the largest port and protocol, and a sign. */
enum { NUMBER_SIZE = 12 };

/* Nothing found is no error, and errors are positive. */
static int
error_of(int status)
{
	if (status == -ENOENT || status == -EMSGSIZE)
		return 0;
	return -status;
}

static int
copy_service(const struct psd_get_service_rep *rep, struct servent *ret,
    char *buffer, size_t size)
{
	struct psd_room room = { .at = buffer, .left = size };
	const struct servent copy = {
		.s_name = psd_room_copy(&room, &rep->name),
		.s_aliases = psd_room_list(&room, &rep->aliases),
		.s_port = htons((uint16_t)rep->port),
		.s_proto = psd_room_copy(&room, &rep->protocol),
	};

	if (room.is_short)
		return -ERANGE;
	*ret = copy;
	return 0;
}

static int
ask_service(struct privsep *conversation, const char *service,
    const char *protocol, struct servent *entry, char *buffer, size_t size,
    struct servent **ret)
{
	struct psd_get_service_req req = {
		.service = psd_str_of(service),
		.protocol = psd_str_of(protocol != NULL ? protocol : ""),
	};
	struct psd_get_service_rep rep;
	int r;

	*ret = NULL;
	psd_exchange_lock(conversation);
	r = psd_call_get_service(conversation, &req, &rep);
	if (r == 0)
		r = copy_service(&rep, entry, buffer, size);
	psd_exchange_unlock(conversation);
	if (r == 0)
		*ret = entry;
	return error_of(r);
}

int
privsep_getservbyname_r(struct privsep *conversation, const char *name,
    const char *protocol, struct servent *entry, char *buffer, size_t size,
    struct servent **ret)
{
	*ret = NULL;
	if (*name == '\0' || psd_lookup_is_number(name))
		return 0;
	return ask_service(conversation, name, protocol, entry, buffer, size,
	    ret);
}

int
privsep_getservbyport_r(struct privsep *conversation, int port,
    const char *protocol, struct servent *entry, char *buffer, size_t size,
    struct servent **ret)
{
	char number[NUMBER_SIZE];

	(void)snprintf(number, sizeof(number), "%u",
	    (unsigned)ntohs((uint16_t)port));
	return ask_service(conversation, number, protocol, entry, buffer, size,
	    ret);
}

static int
copy_protocol(const struct psd_get_protocol_rep *rep, struct protoent *ret,
    char *buffer, size_t size)
{
	struct psd_room room = { .at = buffer, .left = size };
	const struct protoent copy = {
		.p_name = psd_room_copy(&room, &rep->name),
		.p_aliases = psd_room_list(&room, &rep->aliases),
		.p_proto = (int)rep->number,
	};

	if (room.is_short)
		return -ERANGE;
	*ret = copy;
	return 0;
}

static int
ask_protocol(struct privsep *conversation, const char *protocol,
    struct protoent *entry, char *buffer, size_t size, struct protoent **ret)
{
	struct psd_get_protocol_req req = { .protocol = psd_str_of(protocol) };
	struct psd_get_protocol_rep rep;
	int r;

	*ret = NULL;
	psd_exchange_lock(conversation);
	r = psd_call_get_protocol(conversation, &req, &rep);
	if (r == 0)
		r = copy_protocol(&rep, entry, buffer, size);
	psd_exchange_unlock(conversation);
	if (r == 0)
		*ret = entry;
	return error_of(r);
}

int
privsep_getprotobyname_r(struct privsep *conversation, const char *name,
    struct protoent *entry, char *buffer, size_t size, struct protoent **ret)
{
	*ret = NULL;
	if (*name == '\0' || psd_lookup_is_number(name))
		return 0;
	return ask_protocol(conversation, name, entry, buffer, size, ret);
}

int
privsep_getprotobynumber_r(struct privsep *conversation, int number,
    struct protoent *entry, char *buffer, size_t size, struct protoent **ret)
{
	char text[NUMBER_SIZE];

	*ret = NULL;
	if (number < 0)
		return 0;
	(void)snprintf(text, sizeof(text), "%d", number);
	return ask_protocol(conversation, text, entry, buffer, size, ret);
}

static bool
copy_text(const struct psd_str *text, char *ret, socklen_t size)
{
	if (ret == NULL || size == 0)
		return true;
	if (text->len >= size)
		return false;
	memcpy(ret, text->at, text->len);
	ret[text->len] = '\0';
	return true;
}

/*
 * As numbers, nobody has to be asked; but the C library would ask the kernel
 * for the name of an interface, so that of a scope stays a number.
 */
static int
print_numbers(const struct psd_endpoint *endpoint, char *host,
    socklen_t host_len, char *service, socklen_t service_len)
{
	char text[PSD_ENDPOINT_TEXT_MAX + 1];
	char *colon;
	struct psd_str name;

	psd_endpoint_print(text, sizeof(text), endpoint);
	colon = strrchr(text, ':');
	*colon = '\0';
	name = psd_str_of(text);
	if (text[0] == '[') {
		colon[-1] = '\0';
		name = psd_str_of(text + 1);
	}
	if (!copy_text(&name, host, host_len))
		return EAI_OVERFLOW;
	name = psd_str_of(colon + 1);
	return copy_text(&name, service, service_len) ? 0 : EAI_OVERFLOW;
}

int
privsep_getnameinfo(struct privsep *conversation,
    const struct sockaddr *address, socklen_t len, char *host,
    socklen_t host_len, char *service, socklen_t service_len, int flags)
{
	const bool has_host = host != NULL && host_len > 0;
	const bool has_service = service != NULL && service_len > 0;
	const int asked = psd_lookup_name_flags(flags);
	struct psd_resolve_address_req req = { .flags = (uint32_t)asked };
	struct psd_resolve_address_rep rep;
	int r;

	if (asked < 0)
		return EAI_BADFLAGS;
	if (psd_endpoint_from_sockaddr(address, len, &req.endpoint) < 0)
		return EAI_FAMILY;
	if (!has_host && !has_service)
		return EAI_NONAME;
	if ((!has_host || (flags & NI_NUMERICHOST) != 0) &&
	    (!has_service || (flags & NI_NUMERICSERV) != 0))
		return (flags & NI_NAMEREQD) != 0
		    ? EAI_NONAME
		    : print_numbers(&req.endpoint, host, host_len, service,
			  service_len);
	psd_exchange_lock(conversation);
	r = psd_call_resolve_address(conversation, &req, &rep);
	if (r < 0)
		errno = -r;
	r = psd_lookup_eai(r);
	if (r == 0 &&
	    (!copy_text(&rep.host, host, host_len) ||
		!copy_text(&rep.service, service, service_len)))
		r = EAI_OVERFLOW;
	psd_exchange_unlock(conversation);
	return r;
}
