/* SPDX-License-Identifier: ISC */
#include "policy/address.h"

#include "policy/path.h"
#include "policy/value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* One of these is larger than what it is copied to. */
union address {
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

static int
give(const union address *address, size_t len, struct sockaddr_storage *ret,
    socklen_t *ret_len)
{
	*ret = (struct sockaddr_storage){ .ss_family = AF_UNSPEC };
	memcpy(ret, address, len);
	*ret_len = (socklen_t)len;
	return 0;
}

/* "/run/www.sock"; "@www" is a name in the abstract namespace. */
static int
parse_local(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len)
{
	union address address = { .un = { .sun_family = AF_UNIX } };
	const size_t len = strlen(text);

	if (len >= sizeof(address.un.sun_path))
		return -ENAMETOOLONG;
	if (text[0] == '@' ? len == 1
			   : !psd_path_is_normal(text, len) || len == 1)
		return -EINVAL;
	memcpy(address.un.sun_path, text, len);
	if (text[0] != '@')
		return give(&address, sizeof(address.un), ret, ret_len);
	/* An abstract name is as long as the address says. */
	address.un.sun_path[0] = '\0';
	return give(&address, offsetof(struct sockaddr_un, sun_path) + len, ret,
	    ret_len);
}

static int
parse_port(const char *text, in_port_t *ret)
{
	uint64_t port;
	const int r = psd_value_number(text, 1, UINT16_MAX, &port);

	if (r < 0)
		return -EINVAL;
	*ret = htons((uint16_t)port);
	return 0;
}

/* A port alone is for both protocols, unless the system lacks IPv6. */
static int
parse_any(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len)
{
	union address address = { .in6 = { .sin6_family = AF_INET6 } };
	in_port_t port;

	if (parse_port(text, &port) < 0)
		return -EINVAL;
	if (access("/proc/net/if_inet6", F_OK) == 0) {
		address.in6.sin6_port = port;
		return give(&address, sizeof(address.in6), ret, ret_len);
	}
	address.in = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = port,
	};
	return give(&address, sizeof(address.in), ret, ret_len);
}

/* "HOST:PORT", numbers only. */
static int
parse_host(const char *host, size_t len, const char *port, int family,
    struct sockaddr_storage *ret, socklen_t *ret_len)
{
	union address address = { .in6 = { .sin6_family = AF_INET6 } };
	char text[INET6_ADDRSTRLEN];
	in_port_t number;

	if (len >= sizeof(text) || parse_port(port, &number) < 0)
		return -EINVAL;
	memcpy(text, host, len);
	text[len] = '\0';
	if (family == AF_INET6) {
		address.in6.sin6_port = number;
		if (inet_pton(AF_INET6, text, &address.in6.sin6_addr) != 1)
			return -EINVAL;
		return give(&address, sizeof(address.in6), ret, ret_len);
	}
	address.in = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = number,
	};
	if (inet_pton(AF_INET, text, &address.in.sin_addr) != 1)
		return -EINVAL;
	return give(&address, sizeof(address.in), ret, ret_len);
}

int
psd_address_parse(const char *text, struct sockaddr_storage *ret,
    socklen_t *ret_len)
{
	const char *colon = strrchr(text, ':');
	const size_t len = colon == NULL ? 0 : (size_t)(colon - text);

	if (text[0] == '/' || text[0] == '@')
		return parse_local(text, ret, ret_len);
	if (colon == NULL)
		return parse_any(text, ret, ret_len);
	if (text[0] == '[' && len >= 2 && text[len - 1] == ']')
		return parse_host(text + 1, len - 2, colon + 1, AF_INET6, ret,
		    ret_len);
	return parse_host(text, len, colon + 1, AF_INET, ret, ret_len);
}
