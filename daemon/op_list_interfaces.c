/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/interface_entry.h"
#include "daemon/call.h"
#include "daemon/instance.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { ENTRY_MAX = PSD_INTERFACE_HEAD + IF_NAMESIZE };

/* A reply points into it; one thread, so one is enough. */
static unsigned char batch[PSD_BYTES_MAX];

struct entry {
	uint32_t index, flags;
	unsigned char family, bits, address_len;
	unsigned char address[PSD_ADDRESS_LEN];
	char name[IF_NAMESIZE];
};

static void
put_u32(unsigned char *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

static uint32_t
put_entry(unsigned char *at, const struct entry *entry)
{
	const size_t len = strlen(entry->name);

	put_u32(at + PSD_INTERFACE_INDEX_AT, entry->index);
	put_u32(at + PSD_INTERFACE_FLAGS_AT, entry->flags);
	at[PSD_INTERFACE_FAMILY_AT] = entry->family;
	at[PSD_INTERFACE_BITS_AT] = entry->bits;
	at[PSD_INTERFACE_ADDRESS_LEN_AT] = entry->address_len;
	at[PSD_INTERFACE_NAME_LEN_AT] = (unsigned char)len;
	memcpy(at + PSD_INTERFACE_ADDRESS_AT, entry->address, PSD_ADDRESS_LEN);
	memcpy(at + PSD_INTERFACE_HEAD, entry->name, len);
	return PSD_INTERFACE_HEAD + (uint32_t)len;
}

static unsigned char
count_bits(const unsigned char *mask, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += (unsigned)__builtin_popcount(mask[i]);
	return (unsigned char)n;
}

/* At the same place in both, whose family is the entry's. */
static void
take_address(struct entry *entry, const struct ifaddrs *from, size_t at,
    size_t len)
{
	entry->address_len = (unsigned char)len;
	memcpy(entry->address, (const unsigned char *)from->ifa_addr + at, len);
	if (from->ifa_netmask != NULL)
		entry->bits =
		    count_bits((const unsigned char *)from->ifa_netmask + at,
			len);
}

/* The interface itself, which is told with its hardware's address. */
static void
take_link(struct entry *entry, const struct sockaddr *from)
{
	struct sockaddr_ll link;

	memcpy(&link, from, sizeof(link));
	entry->address_len = link.sll_halen < sizeof(link.sll_addr)
	    ? link.sll_halen
	    : (unsigned char)sizeof(link.sll_addr);
	memcpy(entry->address, link.sll_addr, entry->address_len);
}

/*
 * An address of IPv4 may have a label of its own behind a colon, which no
 * interface's name has.  False for what is none of the three families.
 */
static bool
take(const struct ifaddrs *from, struct entry *ret)
{
	struct entry entry = { .flags = from->ifa_flags };

	if (from->ifa_addr == NULL)
		return false;
	(void)snprintf(entry.name, sizeof(entry.name), "%.*s",
	    (int)strcspn(from->ifa_name, ":"), from->ifa_name);
	if (from->ifa_addr->sa_family == AF_PACKET) {
		take_link(&entry, from->ifa_addr);
	} else if (from->ifa_addr->sa_family == AF_INET) {
		entry.family = PSD_FAMILY_INET;
		take_address(&entry, from,
		    offsetof(struct sockaddr_in, sin_addr),
		    sizeof(struct in_addr));
	} else if (from->ifa_addr->sa_family == AF_INET6) {
		entry.family = PSD_FAMILY_INET6;
		take_address(&entry, from,
		    offsetof(struct sockaddr_in6, sin6_addr),
		    sizeof(struct in6_addr));
	} else {
		return false;
	}
	*ret = entry;
	return true;
}

/* Of "all", each that the same request might have named. */
static bool
is_meant(const struct psd_call *call, const struct psd_str *asked,
    const char *name)
{
	const struct psd_list_interfaces_req req = {
		.interface = psd_str_of(name),
	};

	if (strcmp(asked->at, "all") != 0)
		return strcmp(asked->at, name) == 0;
	return psd_policy_check(call->policy, psd_call_rights(call), call->row,
	    &req)
	    .is_allowed;
}

/* From the cursor on, as much as there is room for. */
static uint32_t
pack(const struct psd_call *call, const struct psd_str *asked,
    const struct ifaddrs *all, uint64_t *cursor)
{
	uint64_t at = 0;
	uint32_t used = 0;

	for (; all != NULL && used + ENTRY_MAX <= sizeof(batch);
	     all = all->ifa_next) {
		struct entry entry;

		if (at++ < *cursor || !take(all, &entry) ||
		    !is_meant(call, asked, entry.name))
			continue;
		entry.index = if_nametoindex(entry.name);
		/* Gone since the kernel told of it. */
		if (entry.index != 0)
			used += put_entry(batch + used, &entry);
	}
	*cursor = at;
	return used;
}

/*
 * Safe because nothing is told of an interface but what its own name is
 * granted for; the kernel answers at once, and nothing is held from one batch
 * to the next.  What is done for one grows with the host's interfaces, not
 * with what a helper asks.
 */
int
psd_do_list_interfaces(struct psd_call *call,
    const struct psd_list_interfaces_req *req,
    struct psd_list_interfaces_rep *rep)
{
	uint64_t cursor = req->cursor;
	struct ifaddrs *all;
	uint32_t used;

	if (getifaddrs(&all) < 0)
		return -errno;
	used = pack(call, &req->interface, all, &cursor);
	freeifaddrs(all);
	rep->entries = (struct psd_bytes){ batch, used };
	rep->cursor = cursor;
	return 0;
}
