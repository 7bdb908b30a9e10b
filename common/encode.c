/* SPDX-License-Identifier: ISC */
#include "common/codec.h"

#include "common/endpoint.h"
#include "common/fd.h"
#include "common/hot.h"
#include "common/list.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Where the next byte goes to; everything below end. */
struct cursor {
	unsigned char *at;
	unsigned char *end;
};

static bool
has_room(const struct cursor *c, size_t n)
{
	return (size_t)(c->end - c->at) >= n;
}

static bool
put(struct cursor *c, const void *bytes, size_t n)
{
	if (!has_room(c, n))
		return false;
	if (n > 0)
		memcpy(c->at, bytes, n);
	c->at += n;
	return true;
}

static int
fate_of(bool fits)
{
	return fits ? 0 : -EMSGSIZE;
}

static bool
put_u16(struct cursor *c, uint16_t value)
{
	const uint16_t wire = htole16(value);

	return put(c, &wire, sizeof(wire));
}

static bool
put_u32(struct cursor *c, uint32_t value)
{
	const uint32_t wire = htole32(value);

	return put(c, &wire, sizeof(wire));
}

static bool
put_string(struct cursor *c, const struct psd_str *text, size_t max)
{
	if (text->len > max || !put_u16(c, (uint16_t)text->len))
		return false;
	if (text->len > 0 && memchr(text->at, '\0', text->len) != NULL)
		return false;
	return put(c, text->at, text->len) && put(c, "", 1);
}

static bool
put_bytes(struct cursor *c, const struct psd_bytes *bytes)
{
	return bytes->len <= PSD_BYTES_MAX && put_u32(c, bytes->len) &&
	    put(c, bytes->at, bytes->len);
}

/* What lies at a field of 64 bits. */
static bool
put_wide(struct cursor *c, const unsigned char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	value = htole64(value);
	return put(c, &value, sizeof(value));
}

static int
put_endpoint(struct cursor *c, const unsigned char *at)
{
	struct psd_endpoint endpoint;

	memcpy(&endpoint, at, sizeof(endpoint));
	if (!psd_endpoint_is_valid(&endpoint))
		return -EINVAL;
	if (!has_room(c, PSD_ENDPOINT_LEN))
		return -EMSGSIZE;
	(void)put_u16(c, endpoint.family);
	(void)put_u16(c, endpoint.port);
	(void)put(c, endpoint.address, sizeof(endpoint.address));
	return fate_of(put_u32(c, endpoint.scope));
}

/* Moves a descriptor from its field into the frame. */
static bool
put_fd(struct psd_frame *frame, unsigned char *at)
{
	int fd;
	const int none = PSD_NO_FD;

	memcpy(&fd, at, sizeof(fd));
	if (fd < 0 || frame->n_fds >= PSD_FDS_MAX)
		return false;
	memcpy(at, &none, sizeof(none));
	frame->fds[frame->n_fds++] = fd;
	return true;
}

/* The same for several; how many is said in the body. */
static bool
put_fds(struct psd_frame *frame, struct cursor *c, unsigned char *at)
{
	struct psd_fds fds;

	memcpy(&fds, at, sizeof(fds));
	if (fds.n > PSD_FDS_MAX || !put_u32(c, fds.n))
		return false;
	for (uint32_t i = 0; i < fds.n; i++)
		if (!put_fd(frame,
			at + offsetof(struct psd_fds, at) + i * sizeof(int)))
			return false;
	return true;
}

/* What lies at a field of 32 bits, whose kind may not know every value. */
static int
put_valid(struct cursor *c, enum psd_kind kind, const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	if (!psd_kind_is_valid(kind, value))
		return -EINVAL;
	return fate_of(put_u32(c, value));
}

/* Bytes of any kind, or of a list. */
static int
put_bytes_of(struct cursor *c, enum psd_kind kind, const unsigned char *at)
{
	struct psd_bytes bytes;

	memcpy(&bytes, at, sizeof(bytes));
	if (kind != PSD_KIND_bytes && !psd_list_is_valid(kind, &bytes))
		return -EINVAL;
	return fate_of(put_bytes(c, &bytes));
}

static int
put_field(struct psd_frame *frame, struct cursor *c,
    const struct psd_field *field, unsigned char *at)
{
	struct psd_str text;

	switch (field->kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_permissions:
		return put_valid(c, field->kind, at);
	case PSD_KIND_endpoint:
		return put_endpoint(c, at);
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
		return fate_of(put_wide(c, at));
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		memcpy(&text, at, sizeof(text));
		return fate_of(
		    put_string(c, &text, psd_kind_string_max(field->kind)));
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		return put_bytes_of(c, field->kind, at);
	case PSD_KIND_fd:
		return fate_of(put_fd(frame, at));
	case PSD_KIND_fds:
		return fate_of(put_fds(frame, c, at));
	case PSD_KIND_end:
		break;
	}
	return -EINVAL;
}

PSD_HOT static void
put_header(struct psd_frame *frame)
{
	struct cursor c = { frame->bytes, frame->bytes + PSD_FRAME_HEADER };

	(void)put_u16(&c, frame->type);
	(void)put_u16(&c, frame->op);
	(void)put_u32(&c, frame->id);
	(void)put_u32(&c, (uint32_t)frame->status);
}

PSD_HOT static int
encode(struct psd_frame *frame, enum psd_frame_type type,
    const struct psd_op_row *row, uint32_t id, const struct psd_field *layout,
    unsigned char *fields)
{
	struct cursor c = { frame->bytes + PSD_FRAME_HEADER,
		frame->bytes + PSD_FRAME_MAX };

	frame->type = (uint16_t)type;
	frame->op = (uint16_t)row->op;
	frame->id = id;
	frame->status = 0;
	put_header(frame);
	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++) {
		const int r = put_field(frame, &c, f, fields + f->offset);

		if (r == 0)
			continue;
		psd_fields_release(layout, fields);
		psd_frame_clear(frame);
		return r;
	}
	frame->len = (uint32_t)(c.at - frame->bytes);
	return 0;
}

PSD_HOT int
psd_encode_request(struct psd_frame *frame, const struct psd_op_row *row,
    uint32_t id, void *fields)
{
	return encode(frame, PSD_FRAME_REQUEST, row, id, row->req, fields);
}

PSD_HOT int
psd_encode_reply(struct psd_frame *frame, const struct psd_op_row *row,
    uint32_t id, void *fields)
{
	return encode(frame, PSD_FRAME_REPLY, row, id, row->rep, fields);
}

void
psd_encode_status(struct psd_frame *frame, uint16_t op, uint32_t id, int status)
{
	frame->type = PSD_FRAME_REPLY;
	frame->op = op;
	frame->id = id;
	frame->status = status;
	frame->len = PSD_FRAME_HEADER;
	put_header(frame);
}
