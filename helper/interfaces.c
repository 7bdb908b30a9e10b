/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/interface_entry.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>

/* Out of the frame, so that the caller's function may make requests. */
struct batch {
	uint32_t len;
	unsigned char bytes[PSD_BYTES_MAX];
};

static uint32_t
get_u32(const unsigned char *at)
{
	uint32_t value = 0;

	for (int i = 3; i >= 0; i--)
		value = value << 8 | at[i];
	return value;
}

static int
family_of(unsigned char family)
{
	if (family == PSD_FAMILY_INET)
		return AF_INET;
	return family == PSD_FAMILY_INET6 ? AF_INET6 : AF_UNSPEC;
}

/*
 * Takes the entry at *at apart and moves *at behind it; its name is in
 * ret_name.  False when it is none.
 */
static bool
next_entry(const struct batch *batch, uint32_t *at,
    struct privsep_interface *ret, char ret_name[IF_NAMESIZE])
{
	const unsigned char *const entry = batch->bytes + *at;
	const uint32_t left = batch->len - *at;
	uint32_t len;

	if (left < PSD_INTERFACE_HEAD)
		return false;
	len = entry[PSD_INTERFACE_NAME_LEN_AT];
	if (len == 0 || len >= IF_NAMESIZE || left - PSD_INTERFACE_HEAD < len ||
	    entry[PSD_INTERFACE_ADDRESS_LEN_AT] > PSD_ADDRESS_LEN)
		return false;
	memcpy(ret_name, entry + PSD_INTERFACE_HEAD, len);
	ret_name[len] = '\0';
	*ret = (struct privsep_interface){
		.name = ret_name,
		.index = get_u32(entry + PSD_INTERFACE_INDEX_AT),
		.flags = get_u32(entry + PSD_INTERFACE_FLAGS_AT),
		.family = family_of(entry[PSD_INTERFACE_FAMILY_AT]),
		.prefix = entry[PSD_INTERFACE_BITS_AT],
		.address_len = entry[PSD_INTERFACE_ADDRESS_LEN_AT],
	};
	memcpy(ret->address, entry + PSD_INTERFACE_ADDRESS_AT, PSD_ADDRESS_LEN);
	*at += PSD_INTERFACE_HEAD + len;
	return true;
}

static bool
is_well_formed(const struct batch *batch)
{
	struct privsep_interface interface;
	char name[IF_NAMESIZE];

	for (uint32_t at = 0; at < batch->len;)
		if (!next_entry(batch, &at, &interface, name))
			return false;
	return true;
}

/* The batch at *cursor, which moves behind it. */
static int
fetch(struct privsep *conversation, const char *name, uint64_t *cursor,
    struct batch *ret)
{
	struct psd_list_interfaces_req req = {
		.interface = psd_str_of(name),
		.cursor = *cursor,
	};
	struct psd_list_interfaces_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_list_interfaces(conversation, &req, &rep);
	if (r == 0) {
		ret->len = rep.entries.len;
		memcpy(ret->bytes, rep.entries.at, rep.entries.len);
		if (!is_well_formed(ret))
			r = psd_exchange_break(conversation);
	}
	psd_exchange_unlock(conversation);
	if (r == 0)
		*cursor = rep.cursor;
	return r;
}

static int
tell(const struct batch *batch,
    int (*entry)(void *cookie, const struct privsep_interface *interface),
    void *cookie)
{
	struct privsep_interface interface;
	char name[IF_NAMESIZE];
	int r = 0;

	for (uint32_t at = 0; r == 0 && at < batch->len;)
		if (next_entry(batch, &at, &interface, name))
			r = entry(cookie, &interface);
	return r;
}

int
privsep_list_interfaces(struct privsep *conversation, const char *name,
    int (*entry)(void *cookie, const struct privsep_interface *interface),
    void *cookie)
{
	uint64_t cursor = psd_exchange_progress(conversation);
	struct batch batch;
	int r;

	do {
		r = fetch(conversation, name, &cursor, &batch);
		if (r == -EINPROGRESS)
			return r;
		psd_exchange_note_progress(conversation, cursor);
		if (r == 0)
			r = tell(&batch, entry, cookie);
	} while (r == 0 && batch.len > 0);
	psd_exchange_note_progress(conversation, 0);
	return r;
}
