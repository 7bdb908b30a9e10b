/* SPDX-License-Identifier: ISC */
#ifndef BOUNDS_FIXTURE_H
#define BOUNDS_FIXTURE_H

/* Where fields stand in a frame, and what they may say there. */
#include "tests/op/talk_fixture.h"

/* One row's request, encoded, and where its fields stand. */
struct wire {
	const struct psd_op_row *row;
	struct psd_frame frame;
};

static void
put(unsigned char *at, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t
get(const unsigned char *at, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

/* How a field of the kind begins: with so many bytes of itself or its length. */
static size_t
count_head(enum psd_kind kind)
{
	switch (kind) {
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
		return 8;
	case PSD_KIND_endpoint:
		return 24;
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		return 2;
	case PSD_KIND_fd:
	case PSD_KIND_end:
		return 0;
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_permissions:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
	case PSD_KIND_fds:
		break;
	}
	return 4;
}

static bool
is_string(const struct psd_field *field)
{
	return count_head(field->kind) == 2;
}

static bool
is_bytes(const struct psd_field *field)
{
	return field->kind == PSD_KIND_bytes;
}

/* The most that follows the length. */
static size_t
most_of(enum psd_kind kind)
{
	switch ((unsigned)kind) {
	case PSD_KIND_path:
		return 4095;
	case PSD_KIND_text:
		return 4096;
	case PSD_KIND_site:
		return 261;
	case PSD_KIND_bytes:
		return 12288;
	default:
		return 255;
	}
}

static size_t
count_whole(const struct psd_field *field, const unsigned char *at)
{
	if (is_string(field))
		return 2 + get(at, 2) + 1;
	if (is_bytes(field))
		return 4 + get(at, 4);
	return count_head(field->kind);
}

/* Where the place'th field begins. */
static size_t
find_place(const struct wire *wire, size_t place)
{
	size_t at = PSD_FRAME_HEADER;

	for (size_t i = 0; i < place; i++)
		at += count_whole(&wire->row->req[i], wire->frame.bytes + at);
	return at;
}

/* Written down once more: what a field of 4 bytes may be. */
static bool
is_permitted(enum psd_kind kind, uint64_t value)
{
	switch ((unsigned)kind) {
	case PSD_KIND_mode:
	case PSD_KIND_permissions:
		return value <= 0777;
	case PSD_KIND_family:
		return value == 0 || value == 4 || value == 6;
	case PSD_KIND_access:
		return value >= 1 && value <= 63;
	case PSD_KIND_priority:
		return value <= 7;
	case PSD_KIND_protocol:
		return value >= 1 && value <= 3;
	case PSD_KIND_operation:
		for (size_t i = 0; i < psd_op_count; i++)
			if (value == (uint64_t)psd_op_rows[i].op)
				return true;
		return false;
	default:
		return true;
	}
}

static void
encode(struct op_rig *rig, const struct psd_op_row *row, struct wire *ret)
{
	union psd_any_req req;

	sample_make(rig->dir);
	sample_fill(row, sample_succeeds_with(row), rig->dir, &req);
	ret->row = row;
	psd_frame_init(&ret->frame);
	assert_int_equal(psd_encode_request(&ret->frame, row, 1, &req), 0);
}

#endif
