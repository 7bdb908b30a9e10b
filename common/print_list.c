/* SPDX-License-Identifier: ISC */
#include "common/endpoint.h"
#include "common/list.h"
#include "common/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BYTES_SHOWN = 64, ENTRY_MAX = 4 * PSD_NAME_MAX + 3 };

/* Like snprintf(), but what does not fit is left out. */
static size_t
append(char *ret, size_t size, const char *text)
{
	const size_t len = strlen(text);

	if (len >= size)
		return 0;
	memcpy(ret, text, len + 1);
	return len;
}

static void
print_name(char *ret, size_t size, const char *name)
{
	size_t len;

	ret[0] = '"';
	len = 1 + psd_print_escaped(ret + 1, size - 2, name, strlen(name));
	(void)snprintf(ret + len, size - len, "\"");
}

static void
print_target(char *ret, size_t size, const struct psd_bytes *list, size_t i)
{
	static const char *const types[] = { "any", "stream", "datagram",
		"raw" };
	const struct psd_target target = psd_targets_get(list, i);
	char text[PSD_ENDPOINT_TEXT_MAX + 1];

	psd_endpoint_print(text, sizeof(text), &target.endpoint);
	(void)snprintf(ret, size, "%s %" PRIu32 " %s",
	    target.type < sizeof(types) / sizeof(types[0]) ? types[target.type]
							   : "?",
	    target.protocol, text);
}

/* The i-th, which for names is that at *at.  False when there is none. */
static bool
print_entry(char *ret, size_t size, enum psd_kind kind,
    const struct psd_bytes *list, size_t i, size_t *at)
{
	const char *name;

	if (kind == PSD_KIND_names) {
		name = psd_names_next(list, at);
		if (name != NULL)
			print_name(ret, size, name);
		return name != NULL;
	}
	if (kind == PSD_KIND_ids) {
		if (i >= psd_ids_count(list))
			return false;
		(void)snprintf(ret, size, "%" PRIu32, psd_ids_get(list, i));
		return true;
	}
	if (i >= psd_targets_count(list))
		return false;
	print_target(ret, size, list, i);
	return true;
}

/* All that is needed to tell one packet or directory from another. */
static size_t
print_bytes(char *ret, size_t size, const struct psd_bytes *bytes)
{
	const size_t n = bytes->len < BYTES_SHOWN ? bytes->len : BYTES_SHOWN;
	char text[4 * BYTES_SHOWN + 64];
	size_t len = 1;

	text[0] = '"';
	if (n > 0)
		len += psd_print_escaped(text + 1, 4 * BYTES_SHOWN + 1,
		    (const char *)bytes->at, n);
	(void)snprintf(text + len, sizeof(text) - len,
	    n < bytes->len ? "...\" (%" PRIu32 " bytes)" : "\"", bytes->len);
	return append(ret, size, text);
}

size_t
psd_print_list(char *ret, size_t size, enum psd_kind kind,
    const struct psd_bytes *list)
{
	char entry[ENTRY_MAX];
	size_t len, at = 0;

	if (kind == PSD_KIND_bytes)
		return print_bytes(ret, size, list);
	len = append(ret, size, "[");
	for (size_t i = 0;
	     print_entry(entry, sizeof(entry), kind, list, i, &at); i++) {
		/* Room for the last bracket stays. */
		if (size - len < strlen(entry) + sizeof(", ..., ]"))
			return len + append(ret + len, size - len, "...]");
		if (i > 0)
			len += append(ret + len, size - len, ", ");
		len += append(ret + len, size - len, entry);
	}
	return len + append(ret + len, size - len, "]");
}

size_t
psd_print_field(char *ret, size_t size, enum psd_kind kind, const void *at)
{
	struct psd_bytes list;

	if (kind != PSD_KIND_bytes && kind != PSD_KIND_targets &&
	    kind != PSD_KIND_names && kind != PSD_KIND_ids)
		return psd_print_briefly(ret, size, kind, at);
	memcpy(&list, at, sizeof(list));
	return psd_print_list(ret, size, kind, &list);
}

void
psd_print_fields(char *ret, size_t size, const struct psd_field *layout,
    const void *fields)
{
	size_t len = append(ret, size, "");

	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++) {
		if (f != layout)
			len += append(ret + len, size - len, ", ");
		len += append(ret + len, size - len, f->name);
		len += append(ret + len, size - len, "=");
		len += psd_print_field(ret + len, size - len, f->kind,
		    (const unsigned char *)fields + f->offset);
	}
}
