/* SPDX-License-Identifier: ISC */
#include "policy/reach.h"

#include "common/endpoint.h"
#include "common/mem.h"
#include "policy/value.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum {
	INET_BITS = 32,
	INET6_BITS = 128,
	MAPPED_BITS = 96,
	PRIVILEGED_PORTS = 1024,
	PORTS_TEXT_MAX = 1024,
};

/* What a wildcard never means. */
static const struct psd_reach specials[] = {
	{ .family = PSD_FAMILY_INET, .bits = 32 }, /* unspecified */
	{ .family = PSD_FAMILY_INET, .bits = 8, .address = { 127 } },
	{ .family = PSD_FAMILY_INET, .bits = 16, .address = { 169, 254 } },
	{ .family = PSD_FAMILY_INET, .bits = 4, .address = { 224 } },
	{ .family = PSD_FAMILY_INET,
	    .bits = 32,
	    .address = { 255, 255, 255, 255 } },
	{ .family = PSD_FAMILY_INET6, .bits = 128 }, /* unspecified */
	{ .family = PSD_FAMILY_INET6, .bits = 128, .address = { [15] = 1 } },
	{ .family = PSD_FAMILY_INET6, .bits = 10, .address = { 0xfe, 0x80 } },
	{ .family = PSD_FAMILY_INET6, .bits = 8, .address = { 0xff } },
};

static bool
has_prefix(const unsigned char *address, const unsigned char *prefix,
    unsigned bits)
{
	const size_t whole = bits / 8;
	const unsigned rest = bits % 8;

	if (memcmp(address, prefix, whole) != 0)
		return false;
	return rest == 0 ||
	    ((address[whole] ^ prefix[whole]) >> (8 - rest)) == 0;
}

/* Does all of a prefix lie in reach's? */
static bool
holds_prefix(const struct psd_reach *reach, uint16_t family,
    const unsigned char *address, unsigned bits)
{
	if (reach->is_any)
		return true;
	return reach->family == family && reach->bits <= bits &&
	    has_prefix(address, reach->address, reach->bits);
}

static const struct psd_reach *
special_of(uint16_t family, const unsigned char *address, unsigned bits)
{
	for (size_t i = 0; i < PSD_ELEMENTS(specials); i++)
		if (holds_prefix(&specials[i], family, address, bits))
			return &specials[i];
	return NULL;
}

static unsigned
bits_of(uint16_t family)
{
	return family == PSD_FAMILY_INET ? INET_BITS : INET6_BITS;
}

/* Was reach written for the special addresses, if these are such? */
static bool
means(const struct psd_reach *reach, const struct psd_reach *special)
{
	return special == NULL ||
	    (!reach->is_any &&
		holds_prefix(special, reach->family, reach->address,
		    reach->bits));
}

static bool
has_ports(const struct psd_reach *reach, const struct psd_port_range *range)
{
	if (reach->is_any_port)
		return true;
	for (size_t i = 0; i < reach->n_ports; i++)
		if (reach->ports[i].from <= range->from &&
		    range->to <= reach->ports[i].to)
			return true;
	return false;
}

bool
psd_reach_touches(const struct psd_reach *reach,
    const struct psd_endpoint *endpoint)
{
	const struct psd_endpoint plain = psd_endpoint_plain(endpoint);
	const struct psd_port_range port = { plain.port, plain.port };

	return has_ports(reach, &port) &&
	    holds_prefix(reach, plain.family, plain.address,
		bits_of(plain.family));
}

bool
psd_reach_has_port(const struct psd_reach *reach, uint16_t port)
{
	const struct psd_port_range range = { port, port };

	return has_ports(reach, &range);
}

bool
psd_reach_covers(const struct psd_reach *reach,
    const struct psd_endpoint *endpoint)
{
	const struct psd_endpoint plain = psd_endpoint_plain(endpoint);

	return psd_reach_touches(reach, endpoint) &&
	    means(reach,
		special_of(plain.family, plain.address, bits_of(plain.family)));
}

bool
psd_reach_contains(const struct psd_reach *reach, const struct psd_reach *other)
{
	if (reach == NULL || other == NULL)
		return reach == other;
	if (other->is_any_port && !reach->is_any_port)
		return false;
	for (size_t i = 0; i < other->n_ports; i++)
		if (!has_ports(reach, &other->ports[i]))
			return false;
	if (other->is_any)
		return reach->is_any;
	return holds_prefix(reach, other->family, other->address,
		   other->bits) &&
	    means(reach,
		special_of(other->family, other->address, other->bits));
}

int
psd_reach_order(const struct psd_reach *a, const struct psd_reach *b)
{
	int way;

	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	if (a->is_any != b->is_any)
		return a->is_any ? 1 : -1;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->bits != b->bits)
		return a->bits < b->bits ? -1 : 1;
	way = memcmp(a->address, b->address, sizeof(a->address));
	if (way != 0)
		return way;
	if (a->is_any_port != b->is_any_port)
		return a->is_any_port ? 1 : -1;
	if (a->n_ports != b->n_ports)
		return a->n_ports < b->n_ports ? -1 : 1;
	return memcmp(a->ports, b->ports, a->n_ports * sizeof(a->ports[0]));
}

bool
psd_reach_has_low_port(const struct psd_reach *reach)
{
	if (reach->is_any_port)
		return true;
	for (size_t i = 0; i < reach->n_ports; i++)
		if (reach->ports[i].from != 0 &&
		    reach->ports[i].from < PRIVILEGED_PORTS)
			return true;
	return false;
}

static const char *
parse_ports(const char *text, struct psd_reach *reach)
{
	static const char wrong[] =
	    "ports are *, or numbers from 0 to 65535 and ranges such as "
	    "8000-8099, joined by commas";
	char copy[PORTS_TEXT_MAX];
	char *next = copy;
	char *one;

	if (strcmp(text, "*") == 0) {
		reach->is_any_port = true;
		return NULL;
	}
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return "there are too many ports";
	while ((one = strsep(&next, ",")) != NULL) {
		char *dash = strchr(one, '-');
		uint64_t from, to;

		if (dash != NULL)
			*dash = '\0';
		if (psd_value_number(one, 0, UINT16_MAX, &from) < 0)
			return wrong;
		to = from;
		if (dash != NULL &&
		    psd_value_number(dash + 1, from, UINT16_MAX, &to) < 0)
			return wrong;
		if (from == 0 && to != 0)
			return "a range of ports begins with 1: port 0 means "
			       "any free one, and is granted as 0 or *";
		if (reach->n_ports == PSD_REACH_PORTS_MAX)
			return "there are too many ports";
		reach->ports[reach->n_ports++] =
		    (struct psd_port_range){ (uint16_t)from, (uint16_t)to };
	}
	return NULL;
}

static bool
has_bits_behind(const struct psd_reach *reach)
{
	static const unsigned char zero[PSD_ADDRESS_LEN];
	unsigned char rest[PSD_ADDRESS_LEN];
	const size_t at = reach->bits / 8;

	if (at == PSD_ADDRESS_LEN)
		return false;
	memcpy(rest, reach->address, sizeof(rest));
	memset(rest, 0, at);
	rest[at] &= (unsigned char)(0xff >> (reach->bits % 8));
	return memcmp(rest, zero, sizeof(rest)) != 0;
}

/* What IPv6 has for addresses of IPv4 is judged as IPv4, so it is that here. */
static void
make_plain(struct psd_reach *reach)
{
	struct psd_endpoint endpoint = { .family = reach->family };
	struct psd_endpoint plain;

	memcpy(endpoint.address, reach->address, sizeof(endpoint.address));
	plain = psd_endpoint_plain(&endpoint);
	if (plain.family == reach->family || reach->bits < MAPPED_BITS)
		return;
	reach->family = plain.family;
	reach->bits = (uint8_t)(reach->bits - MAPPED_BITS);
	memcpy(reach->address, plain.address, sizeof(reach->address));
}

static const char *
parse_address(char *text, struct psd_reach *reach)
{
	static const char wrong[] =
	    "an address is *, one of IPv4 as in 192.0.2.1 or one of IPv6 in "
	    "brackets as in [2001:db8::1], with /BITS for a prefix; names are "
	    "not looked up";
	const bool is_inet6 = text[0] == '[';
	char *slash = strchr(text, '/');
	uint64_t bits;
	size_t len;

	if (slash != NULL)
		*slash = '\0';
	len = strlen(text);
	reach->family = is_inet6 ? PSD_FAMILY_INET6 : PSD_FAMILY_INET;
	bits = bits_of(reach->family);
	if (is_inet6) {
		if (text[len - 1] != ']')
			return wrong;
		text[len - 1] = '\0';
		text++;
	}
	if (inet_pton(is_inet6 ? AF_INET6 : AF_INET, text, reach->address) != 1)
		return wrong;
	if (slash != NULL && psd_value_number(slash + 1, 0, bits, &bits) < 0)
		return is_inet6 ? "a prefix of IPv6 has 0 to 128 bits"
				: "a prefix of IPv4 has 0 to 32 bits";
	reach->bits = (uint8_t)bits;
	if (has_bits_behind(reach))
		return "the address has bits behind its prefix; write zeros "
		       "there, or another length";
	make_plain(reach);
	return NULL;
}

const char *
psd_reach_parse(const char *text, struct psd_reach *ret)
{
	struct psd_reach reach = { .is_any = false };
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + sizeof("[]/128")];
	const char *wrong;

	if (colon == NULL || colon == text ||
	    (text[0] == '[' && strchr(colon, ']') != NULL))
		return "ports must follow the address and a colon";
	if ((size_t)(colon - text) >= sizeof(host))
		return "the address is too long";
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	reach.is_any = strcmp(host, "*") == 0;
	wrong = reach.is_any ? NULL : parse_address(host, &reach);
	if (wrong == NULL)
		wrong = parse_ports(colon + 1, &reach);
	if (wrong == NULL)
		*ret = reach;
	return wrong;
}
