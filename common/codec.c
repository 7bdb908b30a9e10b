/* SPDX-License-Identifier: ISC */
#include "common/codec.h"

#include "common/endpoint.h"
#include "common/fd.h"
#include "common/hot.h"
#include "common/list.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const struct psd_fds no_fds = {
	.n = 0,
	.at = { PSD_NO_FD, PSD_NO_FD, PSD_NO_FD, PSD_NO_FD },
};

/* Where the next byte comes from; everything below end. */
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
get_u16(struct cursor *c, uint16_t *ret)
{
	uint16_t value;

	if (!has_room(c, sizeof(value)))
		return false;
	memcpy(&value, c->at, sizeof(value));
	c->at += sizeof(value);
	*ret = le16toh(value);
	return true;
}

static bool
get_u32(struct cursor *c, uint32_t *ret)
{
	uint32_t value;

	if (!has_room(c, sizeof(value)))
		return false;
	memcpy(&value, c->at, sizeof(value));
	c->at += sizeof(value);
	*ret = le32toh(value);
	return true;
}

static bool
get_u64(struct cursor *c, uint64_t *ret)
{
	uint64_t value;

	if (!has_room(c, sizeof(value)))
		return false;
	memcpy(&value, c->at, sizeof(value));
	c->at += sizeof(value);
	*ret = le64toh(value);
	return true;
}

/* What is checked is what is used: no NUL inside, and one behind. */
static bool
get_string(struct cursor *c, size_t max, struct psd_str *ret)
{
	uint16_t len;

	if (!get_u16(c, &len) || len > max || !has_room(c, (size_t)len + 1))
		return false;
	if (memchr(c->at, '\0', (size_t)len + 1) != c->at + len)
		return false;
	ret->at = (const char *)c->at;
	ret->len = len;
	c->at += len + 1;
	return true;
}

static bool
get_bytes(struct cursor *c, struct psd_bytes *ret)
{
	uint32_t len;

	if (!get_u32(c, &len) || len > PSD_BYTES_MAX || !has_room(c, len))
		return false;
	ret->at = c->at;
	ret->len = len;
	c->at += len;
	return true;
}

static bool
get_valid(struct cursor *c, enum psd_kind kind, unsigned char *at)
{
	uint32_t value;

	if (!get_u32(c, &value) || !psd_kind_is_valid(kind, value))
		return false;
	memcpy(at, &value, sizeof(value));
	return true;
}

static bool
get_endpoint(struct cursor *c, unsigned char *at)
{
	struct psd_endpoint endpoint;

	if (!has_room(c, PSD_ENDPOINT_LEN))
		return false;
	(void)get_u16(c, &endpoint.family);
	(void)get_u16(c, &endpoint.port);
	memcpy(endpoint.address, c->at, sizeof(endpoint.address));
	c->at += sizeof(endpoint.address);
	(void)get_u32(c, &endpoint.scope);
	if (!psd_endpoint_is_valid(&endpoint))
		return false;
	memcpy(at, &endpoint, sizeof(endpoint));
	return true;
}

/* Stay the frame's until the whole frame is good. */
static bool
get_fds(const struct psd_frame *frame, struct cursor *c, uint32_t *next_fd,
    unsigned char *at)
{
	struct psd_fds fds = no_fds;

	if (!get_u32(c, &fds.n) || fds.n > frame->n_fds - *next_fd)
		return false;
	for (uint32_t i = 0; i < fds.n; i++)
		fds.at[i] = frame->fds[(*next_fd)++];
	memcpy(at, &fds, sizeof(fds));
	return true;
}

static bool
get_field(struct psd_frame *frame, struct cursor *c, uint32_t *next_fd,
    const struct psd_field *field, unsigned char *at)
{
	struct psd_str text;
	struct psd_bytes bytes;
	uint64_t wide;

	switch (field->kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_permissions:
		return get_valid(c, field->kind, at);
	case PSD_KIND_endpoint:
		return get_endpoint(c, at);
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
		if (!get_u64(c, &wide))
			return false;
		memcpy(at, &wide, sizeof(wide));
		return true;
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		if (!get_string(c, psd_kind_string_max(field->kind), &text))
			return false;
		memcpy(at, &text, sizeof(text));
		return true;
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		if (!get_bytes(c, &bytes) ||
		    !psd_list_is_valid(field->kind, &bytes))
			return false;
		memcpy(at, &bytes, sizeof(bytes));
		return true;
	case PSD_KIND_fd:
		/* Stays the frame's until the whole frame is good. */
		if (*next_fd >= frame->n_fds)
			return false;
		memcpy(at, &frame->fds[*next_fd], sizeof(int));
		(*next_fd)++;
		return true;
	case PSD_KIND_fds:
		return get_fds(frame, c, next_fd, at);
	case PSD_KIND_end:
		break;
	}
	return false;
}

/* True when they are good to the last byte and descriptor. */
PSD_HOT static bool
get_fields(struct psd_frame *frame, const struct psd_field *layout,
    unsigned char *fields)
{
	struct cursor c = { frame->bytes + PSD_FRAME_HEADER,
		frame->bytes + frame->len };
	uint32_t next_fd = 0;

	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++)
		if (!get_field(frame, &c, &next_fd, f, fields + f->offset))
			return false;
	return c.at == c.end && next_fd == frame->n_fds;
}

PSD_HOT int
psd_decode(struct psd_frame *frame, const struct psd_field *layout, size_t size,
    void *ret_fields)
{
	if (frame->len < PSD_FRAME_HEADER ||
	    !get_fields(frame, layout, ret_fields)) {
		psd_fields_init(layout, size, ret_fields);
		return -EBADMSG;
	}
	for (uint32_t i = 0; i < frame->n_fds; i++)
		(void)psd_fd_take(&frame->fds[i]);
	frame->n_fds = 0;
	return 0;
}

PSD_HOT void
psd_fields_init(const struct psd_field *layout, size_t size, void *fields)
{
	const int none = PSD_NO_FD;
	unsigned char *base = fields;

	memset(fields, 0, size);
	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++) {
		if (f->kind == PSD_KIND_fd)
			memcpy(base + f->offset, &none, sizeof(none));
		if (f->kind == PSD_KIND_fds)
			memcpy(base + f->offset, &no_fds, sizeof(no_fds));
	}
}

static void
release_fd(unsigned char *at)
{
	int fd;

	memcpy(&fd, at, sizeof(fd));
	psd_fd_cleanup(&fd);
	memcpy(at, &fd, sizeof(fd));
}

static void
release_fds(unsigned char *at)
{
	struct psd_fds fds;

	memcpy(&fds, at, sizeof(fds));
	for (uint32_t i = 0; i < PSD_FDS_MAX; i++)
		psd_fd_cleanup(&fds.at[i]);
	memcpy(at, &fds, sizeof(fds));
}

PSD_HOT void
psd_fields_release(const struct psd_field *layout, void *fields)
{
	unsigned char *base = fields;

	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++) {
		if (f->kind == PSD_KIND_fd)
			release_fd(base + f->offset);
		if (f->kind == PSD_KIND_fds)
			release_fds(base + f->offset);
	}
}

struct psd_str
psd_str_of(const char *text)
{
	return (struct psd_str){ text, (uint32_t)strlen(text) };
}
