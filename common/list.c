/* SPDX-License-Identifier: ISC */
#include "common/list.h"

#include "common/endpoint.h"

#include <string.h>

/* Where the parts of a target lie. */
enum {
	PROTOCOL_AT = 4,
	FAMILY_AT = 8,
	PORT_AT = 10,
	ADDRESS_AT = 12,
	SCOPE_AT = ADDRESS_AT + PSD_ADDRESS_LEN,
};

static uint32_t
get(const unsigned char *at, size_t n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | at[n];
	return value;
}

static void
put(unsigned char *at, size_t n, uint32_t value)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

size_t
psd_targets_count(const struct psd_bytes *list)
{
	return list->len / PSD_TARGET_LEN;
}

struct psd_target
psd_targets_get(const struct psd_bytes *list, size_t i)
{
	const unsigned char *at = list->at + i * PSD_TARGET_LEN;
	struct psd_target target = {
		.type = get(at, 4),
		.protocol = get(at + PROTOCOL_AT, 4),
		.endpoint = {
			.family = (uint16_t)get(at + FAMILY_AT, 2),
			.port = (uint16_t)get(at + PORT_AT, 2),
			.scope = get(at + SCOPE_AT, 4),
		},
	};

	memcpy(target.endpoint.address, at + ADDRESS_AT, PSD_ADDRESS_LEN);
	return target;
}

void
psd_targets_put(unsigned char *ret, const struct psd_target *target)
{
	put(ret, 4, target->type);
	put(ret + PROTOCOL_AT, 4, target->protocol);
	put(ret + FAMILY_AT, 2, target->endpoint.family);
	put(ret + PORT_AT, 2, target->endpoint.port);
	memcpy(ret + ADDRESS_AT, target->endpoint.address, PSD_ADDRESS_LEN);
	put(ret + SCOPE_AT, 4, target->endpoint.scope);
}

static bool
are_targets(const struct psd_bytes *list)
{
	if (list->len % PSD_TARGET_LEN != 0)
		return false;
	for (size_t i = 0; i < psd_targets_count(list); i++) {
		const struct psd_target target = psd_targets_get(list, i);

		if (target.type > PSD_SOCKET_RAW ||
		    target.protocol > UINT16_MAX ||
		    !psd_endpoint_is_valid(&target.endpoint))
			return false;
	}
	return true;
}

size_t
psd_ids_count(const struct psd_bytes *list)
{
	return list->len / PSD_ID_LEN;
}

uint32_t
psd_ids_get(const struct psd_bytes *list, size_t i)
{
	return get(list->at + i * PSD_ID_LEN, PSD_ID_LEN);
}

void
psd_ids_put(unsigned char *ret, uint32_t id)
{
	put(ret, PSD_ID_LEN, id);
}

const char *
psd_names_next(const struct psd_bytes *list, size_t *at)
{
	const char *name = (const char *)list->at + *at;

	if (*at >= list->len)
		return NULL;
	*at += strlen(name) + 1;
	return name;
}

static bool
are_names(const struct psd_bytes *list)
{
	const unsigned char *at = list->at;
	size_t left = list->len;

	while (left > 0) {
		const unsigned char *end = memchr(at, '\0', left);
		const size_t len = end == NULL ? 0 : (size_t)(end - at);

		if (len == 0 || len > PSD_NAME_MAX)
			return false;
		at += len + 1;
		left -= len + 1;
	}
	return true;
}

bool
psd_list_is_valid(enum psd_kind kind, const struct psd_bytes *list)
{
	if (list->len > PSD_BYTES_MAX)
		return false;
	if (kind == PSD_KIND_targets)
		return are_targets(list);
	if (kind == PSD_KIND_names)
		return are_names(list);
	return kind != PSD_KIND_ids || list->len % PSD_ID_LEN == 0;
}
