/* SPDX-License-Identifier: ISC */
#include "tests/fuzz/decoded.h"

#include "common/mem.h"

#include <assert.h>
#include <string.h>

static const uint32_t numbers[] = {
#define OP(name, number, text) (number),
#include "common/ops_each.h"
};

static const struct psd_op_row *
find(uint32_t number)
{
	static const struct psd_op_row *(*const catalogues[])(uint32_t) = {
		psd_op_find,
		psd_ctl_find,
		psd_svc_find,
		psd_lookup_find,
		psd_relay_find,
		psd_watcher_find,
	};

	for (size_t i = 0; i < PSD_ELEMENTS(catalogues); i++)
		if (catalogues[i](number) != NULL)
			return catalogues[i](number);
	return NULL;
}

const struct psd_op_row *
fuzz_row(size_t index)
{
	static const struct psd_op_row *rows[PSD_ELEMENTS(numbers)];

	if (index >= PSD_ELEMENTS(rows))
		return NULL;
	if (rows[index] == NULL)
		rows[index] = find(numbers[index]);
	assert(rows[index] != NULL);
	return rows[index];
}

static bool
is_inside(const struct psd_frame *frame, const void *at, size_t len)
{
	const unsigned char *first = at;

	return first >= frame->bytes + PSD_FRAME_HEADER &&
	    first <= frame->bytes + frame->len &&
	    (size_t)(frame->bytes + frame->len - first) >= len;
}

/* What a decoded field promises to whoever uses it. */
static void
check_field(const struct psd_frame *frame, enum psd_kind kind, const void *at)
{
	struct psd_str text;
	struct psd_bytes bytes;
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
		assert(psd_kind_is_valid(kind, value));
		break;
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		memcpy(&text, at, sizeof(text));
		assert(text.len <= psd_kind_string_max(kind));
		assert(is_inside(frame, text.at, (size_t)text.len + 1));
		assert(strlen(text.at) == text.len);
		break;
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		memcpy(&bytes, at, sizeof(bytes));
		assert(bytes.len <= PSD_BYTES_MAX);
		assert(is_inside(frame, bytes.at, bytes.len));
		break;
	case PSD_KIND_fd:
	case PSD_KIND_fds:
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
	case PSD_KIND_endpoint:
	case PSD_KIND_end:
		break;
	}
}

void
fuzz_check_fields(const struct psd_frame *frame, const struct psd_field *layout,
    const union fuzz_fields *fields)
{
	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++)
		check_field(frame, f->kind, fields->bytes + f->offset);
}

void
fuzz_encode_again(const struct psd_frame *frame, const struct psd_op_row *row,
    bool is_reply, union fuzz_fields *fields, struct psd_frame *ret)
{
	int r;

	psd_frame_init(ret);
	r = is_reply ? psd_encode_reply(ret, row, frame->id, fields)
		     : psd_encode_request(ret, row, frame->id, fields);
	assert(r == 0);
	assert(ret->len == frame->len);
	assert(memcmp(ret->bytes + PSD_FRAME_HEADER,
		   frame->bytes + PSD_FRAME_HEADER,
		   frame->len - PSD_FRAME_HEADER) == 0);
}
