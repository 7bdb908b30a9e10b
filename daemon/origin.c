/* SPDX-License-Identifier: ISC */
#include "daemon/origin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

/* Who has no address is told by the user, as the kernel noted it. */
static int
look_at_user(int fd, struct ucred *ret)
{
	socklen_t len = sizeof(*ret);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret, &len) < 0 ? -errno
								      : 0;
}

int
psd_origin_look(int fd, struct psd_origin *ret)
{
	union address peer = { .any.sa_family = AF_UNSPEC };
	socklen_t len = sizeof(peer);
	struct ucred who;
	int r;

	*ret = (struct psd_origin){ .is_local = false };
	if (getpeername(fd, &peer.any, &len) < 0)
		return -errno;
	if (peer.any.sa_family == AF_INET6) {
		memcpy(ret->address, &peer.in6.sin6_addr, sizeof(ret->address));
		return 0;
	}
	if (peer.any.sa_family == AF_INET) {
		memset(ret->address + 10, 0xff, 2);
		memcpy(ret->address + 12, &peer.in.sin_addr, 4);
		return 0;
	}
	r = look_at_user(fd, &who);
	if (r < 0)
		return r;
	ret->is_local = true;
	ret->uid = who.uid;
	return 0;
}

bool
psd_origin_is_same(const struct psd_origin *a, const struct psd_origin *b)
{
	return a->is_local == b->is_local && a->uid == b->uid &&
	    memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

__attribute__((format(printf, 2, 3))) static void
set(struct psd_origin_environment *ret, const char *format, ...)
{
	size_t n = 0;
	va_list arguments;

	while (ret->list[n] != NULL)
		n++;
	va_start(arguments, format);
	(void)vsnprintf(ret->text[n], sizeof(ret->text[n]), format, arguments);
	va_end(arguments);
	ret->list[n] = ret->text[n];
}

/* An IPv4 client of a listener that hears both is told by its own address. */
static unsigned
print_address(char ret[static INET6_ADDRSTRLEN], const union address *address)
{
	const struct in6_addr *in6 = &address->in6.sin6_addr;

	if (address->any.sa_family == AF_INET) {
		(void)inet_ntop(AF_INET, &address->in.sin_addr, ret,
		    INET6_ADDRSTRLEN);
		return ntohs(address->in.sin_port);
	}
	if (IN6_IS_ADDR_V4MAPPED(in6))
		(void)inet_ntop(AF_INET, in6->s6_addr + 12, ret,
		    INET6_ADDRSTRLEN);
	else
		(void)inet_ntop(AF_INET6, in6, ret, INET6_ADDRSTRLEN);
	return ntohs(address->in6.sin6_port);
}

static void
describe_network(const union address *peer, const union address *own,
    struct psd_origin_environment *ret)
{
	char text[INET6_ADDRSTRLEN] = "";
	unsigned port;

	set(ret, "PROTO=TCP");
	port = print_address(text, peer);
	set(ret, "REMOTE_ADDR=%s", text);
	set(ret, "REMOTE_PORT=%u", port);
	set(ret, "TCPREMOTEIP=%s", text);
	set(ret, "TCPREMOTEPORT=%u", port);
	port = print_address(text, own);
	set(ret, "TCPLOCALIP=%s", text);
	set(ret, "TCPLOCALPORT=%u", port);
}

/* An abstract name begins with a NUL, and is written with an @. */
static int
describe_local(int fd, const struct sockaddr_un *own, socklen_t len,
    struct psd_origin_environment *ret)
{
	const size_t head = offsetof(struct sockaddr_un, sun_path);
	char path[sizeof(own->sun_path) + 1] = "";
	struct ucred who;
	const int r = look_at_user(fd, &who);

	if (r < 0)
		return r;
	if (len > head)
		memcpy(path, own->sun_path, len - head);
	if (len > head && path[0] == '\0')
		path[0] = '@';
	set(ret, "PROTO=UNIX");
	set(ret, "UNIXLOCALPATH=%s", path);
	set(ret, "UNIXREMOTEEUID=%u", (unsigned)who.uid);
	set(ret, "UNIXREMOTEEGID=%u", (unsigned)who.gid);
	set(ret, "UNIXREMOTEPID=%d", (int)who.pid);
	return 0;
}

int
psd_origin_describe(int fd, struct psd_origin_environment *ret)
{
	union address peer, own;
	socklen_t peer_len = sizeof(peer), own_len = sizeof(own);

	memset(&peer, 0, sizeof(peer));
	memset(&own, 0, sizeof(own));
	memset(ret->list, 0, sizeof(ret->list));
	if (getpeername(fd, &peer.any, &peer_len) < 0 ||
	    getsockname(fd, &own.any, &own_len) < 0)
		return -errno;
	if (own.any.sa_family == AF_UNIX)
		return describe_local(fd, &own.un, own_len, ret);
	describe_network(&peer, &own, ret);
	return 0;
}
