/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/endpoint.h"
#include "common/list.h"
#include "common/lookup.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* The C library's signatures, behind which the daemon's resolver looks. */

/* One element of a list; what it points to lies in it, but for the name. */
struct found {
	struct addrinfo info;
	struct sockaddr_storage address;
};

void
privsep_freeaddrinfo(struct addrinfo *list)
{
	while (list != NULL) {
		struct addrinfo *next = list->ai_next;

		free(list->ai_canonname);
		free(list);
		list = next;
	}
}

/* Where the next element goes. */
static struct found *
append(struct addrinfo ***end)
{
	struct found *found = calloc(1, sizeof(*found));

	if (found == NULL)
		return NULL;
	found->info.ai_addr = (struct sockaddr *)&found->address;
	**end = &found->info;
	*end = &found->info.ai_next;
	return found;
}

static bool
append_target(struct addrinfo ***end, const struct psd_target *target,
    int ai_flags)
{
	struct found *found = append(end);

	if (found == NULL)
		return false;
	found->info.ai_flags = ai_flags;
	found->info.ai_socktype = psd_lookup_sock(target->type);
	found->info.ai_protocol = (int)target->protocol;
	found->info.ai_addrlen =
	    psd_endpoint_to_sockaddr(&target->endpoint, &found->address);
	found->info.ai_family = found->address.ss_family;
	return true;
}

/* Called with the lock held: rep points into the frame. */
static int
copy_reply(const struct psd_resolve_rep *rep, int ai_flags,
    struct addrinfo **ret)
{
	struct addrinfo *list = NULL;
	struct addrinfo **end = &list;
	bool ok = true;

	for (size_t i = 0; ok && i < psd_targets_count(&rep->targets); i++) {
		const struct psd_target target =
		    psd_targets_get(&rep->targets, i);

		ok = append_target(&end, &target, ai_flags);
	}
	if (list == NULL)
		return ok ? EAI_NONAME : EAI_MEMORY;
	if (ok && rep->canonical.len > 0) {
		list->ai_canonname = strdup(rep->canonical.at);
		ok = list->ai_canonname != NULL;
	}
	if (!ok) {
		privsep_freeaddrinfo(list);
		return EAI_MEMORY;
	}
	*ret = list;
	return 0;
}

/* What a status is called among the C library's errors; sets errno. */
static int
eai_of(int status)
{
	const int eai =
	    status == -EMSGSIZE ? EAI_NONAME : psd_lookup_eai(status);

	if (status < 0)
		errno = -status;
	return eai;
}

static int
ask(struct privsep *conversation, const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **ret)
{
	const int flags = psd_lookup_flags(hints->ai_flags & ~AI_PASSIVE);
	const int family = psd_lookup_family(hints->ai_family);
	const int type = psd_lookup_type(hints->ai_socktype);
	struct psd_resolve_req req = {
		.host = psd_str_of(node),
		.service = psd_str_of(service != NULL ? service : ""),
		.family = (uint32_t)family,
		.type = (uint32_t)type,
		.protocol = (uint32_t)hints->ai_protocol,
		.flags = (uint32_t)flags,
	};
	struct psd_resolve_rep rep;
	int r;

	if (flags < 0)
		return EAI_BADFLAGS;
	if (family < 0)
		return EAI_FAMILY;
	if (type < 0)
		return EAI_SOCKTYPE;
	psd_exchange_lock(conversation);
	r = eai_of(psd_call_resolve(conversation, &req, &rep));
	if (r == 0)
		r = copy_reply(&rep, hints->ai_flags, ret);
	psd_exchange_unlock(conversation);
	return r;
}

/*
 * A number is no name: to read it the C library makes no system call, as long
 * as it has one address only to give back and needs not sort.
 */
static int
read_number(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo ***end)
{
	const struct addrinfo numeric = {
		.ai_flags = (hints->ai_flags & ~AI_ADDRCONFIG) |
		    AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_family = hints->ai_family,
		.ai_socktype = hints->ai_socktype,
		.ai_protocol = hints->ai_protocol,
	};
	struct addrinfo *list = NULL;
	struct found *found = NULL;
	const int r = getaddrinfo(node, service, &numeric, &list);

	if (r != 0)
		return r;
	for (const struct addrinfo *at = list; at != NULL; at = at->ai_next) {
		found = append(end);
		if (found == NULL)
			break;
		memcpy(&found->address, at->ai_addr, at->ai_addrlen);
		found->info.ai_flags = hints->ai_flags;
		found->info.ai_family = at->ai_family;
		found->info.ai_socktype = at->ai_socktype;
		found->info.ai_protocol = at->ai_protocol;
		found->info.ai_addrlen = at->ai_addrlen;
	}
	freeaddrinfo(list);
	return found == NULL ? EAI_MEMORY : 0;
}

static bool
is_number(const char *node)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	struct addrinfo *list = NULL;

	if (getaddrinfo(node, NULL, &hints, &list) != 0)
		return false;
	freeaddrinfo(list);
	return true;
}

/* No host: any address to listen at, or this host itself. */
static int
read_nothing(const char *service, const struct addrinfo *hints,
    struct addrinfo ***end)
{
	const bool is_passive = (hints->ai_flags & AI_PASSIVE) != 0;
	const char *const nodes[] = { is_passive ? "0.0.0.0" : "::1",
		is_passive ? "::" : "127.0.0.1" };
	const int families[] = { is_passive ? AF_INET : AF_INET6,
		is_passive ? AF_INET6 : AF_INET };
	struct addrinfo one = *hints;
	int r = EAI_FAMILY;

	for (size_t i = 0; i < 2; i++) {
		if (hints->ai_family != AF_UNSPEC &&
		    hints->ai_family != families[i])
			continue;
		one.ai_family = families[i];
		r = read_number(nodes[i], service, &one, end);
		if (r != 0)
			break;
	}
	return r;
}

/* Both a name and a number may have a canonical name: the number itself. */
static int
add_canonical(struct addrinfo *list, const char *node)
{
	if ((list->ai_flags & AI_CANONNAME) == 0)
		return 0;
	list->ai_canonname = strdup(node);
	return list->ai_canonname == NULL ? EAI_MEMORY : 0;
}

int
privsep_getaddrinfo(struct privsep *conversation, const char *node,
    const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	static const struct addrinfo none = {
		.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG,
	};
	struct addrinfo *list = NULL;
	struct addrinfo **end = &list;
	int r;

	if (hints == NULL)
		hints = &none;
	if (node == NULL && service == NULL)
		return EAI_NONAME;
	if (node == NULL && (hints->ai_flags & AI_CANONNAME) != 0)
		return EAI_BADFLAGS;
	if (node != NULL && !is_number(node))
		return (hints->ai_flags & AI_NUMERICHOST) != 0
		    ? EAI_NONAME
		    : ask(conversation, node, service, hints, ret);
	r = node == NULL ? read_nothing(service, hints, &end)
			 : read_number(node, service, hints, &end);
	if (r == 0 && node != NULL)
		r = add_canonical(list, node);
	if (r == 0)
		*ret = list;
	else
		privsep_freeaddrinfo(list);
	return r;
}
