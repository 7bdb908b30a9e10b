/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INET_LEN = 4, MAPPED_AT = 12 };

static const unsigned char mapped[MAPPED_AT] = { [10] = 0xff, [11] = 0xff };

static const char *const protocols[] = {
	[PSD_PROTOCOL_TCP] = "tcp",
	[PSD_PROTOCOL_UDP] = "udp",
	[PSD_PROTOCOL_UNIX] = "unix",
};

enum { PROTOCOLS = sizeof(protocols) / sizeof(protocols[0]) };

/* fe80::/10, and ff02::/16 of any flags, which are said on one link. */
static bool
may_have_scope(const unsigned char *address)
{
	return (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) ||
	    (address[0] == 0xff && (address[1] & 0x0f) == 0x02);
}

bool
psd_endpoint_is_valid(const struct psd_endpoint *endpoint)
{
	static const unsigned char zero[PSD_ADDRESS_LEN - INET_LEN];

	if (endpoint->family == PSD_FAMILY_INET)
		return endpoint->scope == 0 &&
		    memcmp(endpoint->address + INET_LEN, zero, sizeof(zero)) ==
		    0;
	return endpoint->family == PSD_FAMILY_INET6 &&
	    (endpoint->scope == 0 || may_have_scope(endpoint->address));
}

struct psd_endpoint
psd_endpoint_plain(const struct psd_endpoint *endpoint)
{
	struct psd_endpoint plain = {
		.family = PSD_FAMILY_INET,
		.port = endpoint->port,
	};

	if (endpoint->family != PSD_FAMILY_INET6 ||
	    memcmp(endpoint->address, mapped, sizeof(mapped)) != 0)
		return *endpoint;
	memcpy(plain.address, endpoint->address + MAPPED_AT, INET_LEN);
	return plain;
}

bool
psd_endpoint_is_unspecified(const struct psd_endpoint *endpoint)
{
	static const unsigned char unspecified[PSD_ADDRESS_LEN];

	return memcmp(endpoint->address, unspecified, sizeof(unspecified)) == 0;
}

bool
psd_endpoint_is_multicast(const struct psd_endpoint *endpoint)
{
	return endpoint->family == PSD_FAMILY_INET
	    ? (endpoint->address[0] & 0xf0) == 0xe0
	    : endpoint->address[0] == 0xff;
}

socklen_t
psd_endpoint_to_sockaddr(const struct psd_endpoint *endpoint,
    struct sockaddr_storage *ret)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(endpoint->port),
		.sin6_scope_id = endpoint->scope,
	};
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(endpoint->port),
	};

	*ret = (struct sockaddr_storage){ .ss_family = AF_UNSPEC };
	if (endpoint->family == PSD_FAMILY_INET) {
		memcpy(&in.sin_addr, endpoint->address, sizeof(in.sin_addr));
		memcpy(ret, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, endpoint->address, sizeof(in6.sin6_addr));
	memcpy(ret, &in6, sizeof(in6));
	return sizeof(in6);
}

int
psd_endpoint_from_sockaddr(const struct sockaddr *address, socklen_t len,
    struct psd_endpoint *ret)
{
	struct psd_endpoint endpoint = { .family = PSD_FAMILY_INET };
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	sa_family_t family;

	if (len < sizeof(family))
		return -EINVAL;
	memcpy(&family, address, sizeof(family));
	if (family == AF_INET && len >= sizeof(in)) {
		memcpy(&in, address, sizeof(in));
		endpoint.port = ntohs(in.sin_port);
		memcpy(endpoint.address, &in.sin_addr, sizeof(in.sin_addr));
	} else if (family == AF_INET6 && len >= sizeof(in6)) {
		memcpy(&in6, address, sizeof(in6));
		endpoint.family = PSD_FAMILY_INET6;
		endpoint.port = ntohs(in6.sin6_port);
		endpoint.scope = in6.sin6_scope_id;
		memcpy(endpoint.address, &in6.sin6_addr, sizeof(in6.sin6_addr));
	} else {
		return family == AF_INET || family == AF_INET6 ? -EINVAL
							       : -EAFNOSUPPORT;
	}
	if (!psd_endpoint_is_valid(&endpoint))
		return -EINVAL;
	*ret = endpoint;
	return 0;
}

void
psd_endpoint_print(char *ret, size_t size, const struct psd_endpoint *endpoint)
{
	char host[INET6_ADDRSTRLEN] = "?";
	char scope[16] = "";

	if (endpoint->family == PSD_FAMILY_INET) {
		(void)inet_ntop(AF_INET, endpoint->address, host, sizeof(host));
		(void)snprintf(ret, size, "%s:%u", host,
		    (unsigned)endpoint->port);
		return;
	}
	(void)inet_ntop(AF_INET6, endpoint->address, host, sizeof(host));
	if (endpoint->scope != 0)
		(void)snprintf(scope, sizeof(scope), "%%%" PRIu32,
		    endpoint->scope);
	(void)snprintf(ret, size, "[%s%s]:%u", host, scope,
	    (unsigned)endpoint->port);
}

/* The digits from text to end, or false. */
static bool
parse_number(const char *text, const char *end, uint32_t max, uint32_t *ret)
{
	uint64_t value = 0;

	if (text == end)
		return false;
	for (; text < end; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > max)
			return false;
	}
	*ret = (uint32_t)value;
	return true;
}

static bool
parse_host(int family, const char *text, const char *end, unsigned char *ret)
{
	char host[INET6_ADDRSTRLEN];
	const size_t len = (size_t)(end - text);

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return inet_pton(family, host, ret) == 1;
}

/* "::1" or "fe80::1%2", without the brackets. */
static bool
parse_inet6(const char *text, const char *end, struct psd_endpoint *ret)
{
	const char *percent = memchr(text, '%', (size_t)(end - text));

	ret->family = PSD_FAMILY_INET6;
	if (percent != NULL &&
	    !parse_number(percent + 1, end, UINT32_MAX, &ret->scope))
		return false;
	return parse_host(AF_INET6, text, percent == NULL ? end : percent,
	    ret->address);
}

int
psd_endpoint_parse(const char *text, struct psd_endpoint *ret)
{
	struct psd_endpoint endpoint = { .family = PSD_FAMILY_INET };
	const char *colon = strrchr(text, ':');
	uint32_t port;

	if (colon == NULL || colon == text ||
	    !parse_number(colon + 1, colon + strlen(colon), UINT16_MAX, &port))
		return -EINVAL;
	endpoint.port = (uint16_t)port;
	if (text[0] == '[' && colon[-1] == ']') {
		if (!parse_inet6(text + 1, colon - 1, &endpoint))
			return -EINVAL;
	} else if (!parse_host(AF_INET, text, colon, endpoint.address)) {
		return -EINVAL;
	}
	if (!psd_endpoint_is_valid(&endpoint))
		return -EINVAL;
	*ret = endpoint;
	return 0;
}

const char *
psd_protocol_name(uint32_t protocol)
{
	return protocol < PROTOCOLS ? protocols[protocol] : NULL;
}

uint32_t
psd_protocol_find(const char *name, size_t len)
{
	for (uint32_t i = PSD_PROTOCOL_TCP; i < PROTOCOLS; i++)
		if (strlen(protocols[i]) == len &&
		    memcmp(protocols[i], name, len) == 0)
			return i;
	return 0;
}

static const struct {
	uint32_t family;
	const char *name;
} families[] = {
	{ 0, "any" },
	{ PSD_FAMILY_INET, "ipv4" },
	{ PSD_FAMILY_INET6, "ipv6" },
};

enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

const char *
psd_family_name(uint32_t family)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (families[i].family == family)
			return families[i].name;
	return NULL;
}

bool
psd_family_find(const char *name, uint32_t *ret)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		if (strcmp(families[i].name, name) == 0) {
			*ret = families[i].family;
			return true;
		}
	}
	return false;
}
