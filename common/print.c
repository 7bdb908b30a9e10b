/* SPDX-License-Identifier: ISC */
#include "common/print.h"

#include "common/endpoint.h"
#include "common/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text being written: cut where full, always closed by NUL. */
struct out {
	char *at;
	size_t size;
	size_t len;
};

static struct out
out_begin(char *ret, size_t size)
{
	if (size > 0)
		ret[0] = '\0';
	return (struct out){ .at = ret, .size = size, .len = 0 };
}

/* All of piece or nothing. */
static bool
put(struct out *out, const char *piece, size_t len)
{
	if (out->size == 0 || out->size - out->len <= len)
		return false;
	memcpy(out->at + out->len, piece, len);
	out->len += len;
	out->at[out->len] = '\0';
	return true;
}

static bool
put_text(struct out *out, const char *text)
{
	return put(out, text, strlen(text));
}

static bool put_format(struct out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool
put_format(struct out *out, const char *format, ...)
{
	char piece[64];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(piece, sizeof(piece), format, arguments);
	va_end(arguments);
	return len >= 0 && (size_t)len < sizeof(piece) &&
	    put(out, piece, (size_t)len);
}

size_t
psd_print_escaped(char *ret, size_t size, const char *text, size_t len)
{
	size_t used;

	return size == 0 ? 0 : psd_escape(ret, size, text, len, true, &used);
}

size_t
psd_print_line(char *ret, size_t size, const char *text, size_t len)
{
	size_t used;

	return size == 0 ? 0 : psd_escape(ret, size, text, len, false, &used);
}

static void
put_access(struct out *out, uint32_t access)
{
	char words[PSD_ACCESS_TEXT_MAX + 1];

	psd_print_access(words, sizeof(words), access);
	(void)put_text(out, words);
}

static void
put_u32(struct out *out, enum psd_kind kind, uint32_t value)
{
	const struct psd_op_row *row;

	if (kind == PSD_KIND_access) {
		put_access(out, value);
	} else if (kind == PSD_KIND_priority &&
	    psd_priority_name(value) != NULL) {
		(void)put_text(out, psd_priority_name(value));
	} else if (kind == PSD_KIND_operation) {
		row = psd_op_find(value);
		if (row != NULL)
			(void)put_text(out, row->name);
		else
			(void)put_format(out, "operation %" PRIu32, value);
	} else if (kind == PSD_KIND_protocol &&
	    psd_protocol_name(value) != NULL) {
		(void)put_text(out, psd_protocol_name(value));
	} else if (kind == PSD_KIND_family && psd_family_name(value) != NULL) {
		(void)put_text(out, psd_family_name(value));
	} else if (kind == PSD_KIND_mode || kind == PSD_KIND_permissions) {
		(void)put_format(out, "%04" PRIo32, value);
	} else {
		(void)put_format(out, "%" PRIu32, value);
	}
}

/*
 * A string may be longer than the room that is left: its closing quote comes
 * even then, and dots say that it was cut.
 */
static void
put_string(struct out *out, const struct psd_str *text)
{
	enum { CLOSING = sizeof("...\")") - 1 };
	const size_t len = text->at == NULL ? 0 : text->len;
	size_t used;

	if (!put_text(out, "\"") || out->size - out->len <= CLOSING)
		return;
	out->len += psd_escape(out->at + out->len,
	    out->size - out->len - CLOSING, text->at, len, true, &used);
	(void)put_text(out, used < len ? "...\"" : "\"");
}

static void
put_endpoint(struct out *out, const void *at)
{
	struct psd_endpoint endpoint;
	char text[PSD_ENDPOINT_TEXT_MAX + 1];

	memcpy(&endpoint, at, sizeof(endpoint));
	psd_endpoint_print(text, sizeof(text), &endpoint);
	(void)put_text(out, text);
}

static void
put_owner(struct out *out, const void *at)
{
	char text[PSD_OWNER_TEXT_MAX + 1];
	uint64_t owner;

	memcpy(&owner, at, sizeof(owner));
	psd_print_owner(text, sizeof(text), owner);
	(void)put_text(out, text);
}

static void
put_field(struct out *out, enum psd_kind kind, const void *at)
{
	struct psd_bytes bytes;
	struct psd_str text;
	uint64_t wide;
	int64_t moment;
	uint32_t value;

	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_permissions:
		memcpy(&value, at, sizeof(value));
		put_u32(out, kind, value);
		break;
	case PSD_KIND_endpoint:
		put_endpoint(out, at);
		break;
	case PSD_KIND_wide:
		memcpy(&wide, at, sizeof(wide));
		(void)put_format(out, "%" PRIu64, wide);
		break;
	case PSD_KIND_moment:
	case PSD_KIND_offset:
		memcpy(&moment, at, sizeof(moment));
		(void)put_format(out, "%" PRId64, moment);
		break;
	case PSD_KIND_owner:
		put_owner(out, at);
		break;
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		memcpy(&text, at, sizeof(text));
		put_string(out, &text);
		break;
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		memcpy(&bytes, at, sizeof(bytes));
		(void)put_format(out, "%" PRIu32 " bytes", bytes.len);
		break;
	case PSD_KIND_fd:
		(void)put_text(out, "descriptor");
		break;
	case PSD_KIND_fds:
		memcpy(&value, at, sizeof(value));
		(void)put_format(out, "%" PRIu32 " descriptors", value);
		break;
	case PSD_KIND_end:
		break;
	}
}

/* A mode of 0 is what a request has that creates nothing. */
static bool
says_nothing(const struct psd_field *field, const void *at)
{
	uint32_t value;

	if (field->kind != PSD_KIND_mode)
		return false;
	memcpy(&value, at, sizeof(value));
	return value == 0;
}

void
psd_print_request(char *ret, size_t size, const struct psd_op_row *row,
    const void *req)
{
	struct out out = out_begin(ret, size);
	bool is_first = true;

	(void)put_format(&out, "%s(", row->name);
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		const void *at = (const unsigned char *)req + f->offset;

		if (says_nothing(f, at))
			continue;
		if (!is_first)
			(void)put_text(&out, ", ");
		is_first = false;
		put_field(&out, f->kind, at);
	}
	(void)put_text(&out, ")");
}

size_t
psd_print_briefly(char *ret, size_t size, enum psd_kind kind, const void *at)
{
	struct out out = out_begin(ret, size);

	put_field(&out, kind, at);
	return out.len;
}
