/* SPDX-License-Identifier: ISC */
#include "daemon/store_look.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

static bool
has_option(int fd, int level, int option, int wanted)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, option, &value, &len) == 0 &&
	    value == wanted;
}

bool
psd_store_is_listening(int fd)
{
	return has_option(fd, SOL_SOCKET, SO_ACCEPTCONN, 1);
}

/* Field by field: between them are bytes that nobody sets. */
static bool
is_same_address(const struct sockaddr_storage *a,
    const struct sockaddr_storage *b)
{
	struct sockaddr_in a4, b4;
	struct sockaddr_in6 a6, b6;
	const struct sockaddr_un *au = (const void *)a, *bu = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	switch (a->ss_family) {
	case AF_INET:
		memcpy(&a4, a, sizeof(a4));
		memcpy(&b4, b, sizeof(b4));
		return a4.sin_port == b4.sin_port &&
		    a4.sin_addr.s_addr == b4.sin_addr.s_addr;
	case AF_INET6:
		memcpy(&a6, a, sizeof(a6));
		memcpy(&b6, b, sizeof(b6));
		return a6.sin6_port == b6.sin6_port &&
		    a6.sin6_scope_id == b6.sin6_scope_id &&
		    memcmp(&a6.sin6_addr, &b6.sin6_addr,
			sizeof(a6.sin6_addr)) == 0;
	case AF_UNIX:
		return memcmp(au->sun_path, bu->sun_path,
			   sizeof(au->sun_path)) == 0;
	default:
		return false;
	}
}

/*
 * A socket whose name somebody removed is there, and nobody gets to it.  That
 * the name is another socket's by now cannot be seen from here; it takes the
 * right to change the directory, which is root's or ours.
 */
static bool
can_be_reached(const struct sockaddr_storage *address)
{
	const struct sockaddr_un *sun = (const void *)address;
	struct stat status;

	if (address->ss_family != AF_UNIX || sun->sun_path[0] == '\0')
		return true;
	return lstat(sun->sun_path, &status) == 0 && S_ISSOCK(status.st_mode);
}

bool
psd_store_is_at(int fd, const struct psd_listen_place *place)
{
	const int family = place->address->ss_family;
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(address);

	return psd_store_is_listening(fd) &&
	    has_option(fd, SOL_SOCKET, SO_TYPE, place->type) &&
	    has_option(fd, SOL_SOCKET, SO_PROTOCOL,
		family == AF_UNIX ? 0 : IPPROTO_TCP) &&
	    getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
	    is_same_address(&address, place->address) &&
	    (family != AF_INET6 ||
		has_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !place->is_dual)) &&
	    can_be_reached(place->address);
}
