/* SPDX-License-Identifier: ISC */
#ifndef TEST_CODEC_FIXTURE_H
#define TEST_CODEC_FIXTURE_H

/* Fields with values for any row, and what compares them. */

#include "common/list.h"
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/ops.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Room for the fields of any request or reply. */
union any_fields {
	union psd_any_req req;
	union psd_any_rep rep;
	unsigned char bytes[1];
};

/* A request or reply of a row. */
struct message {
	const struct psd_op_row *row;
	bool is_reply;
};

static inline const struct psd_field *
layout_of(const struct message *message)
{
	return message->is_reply ? message->row->rep : message->row->req;
}

static inline size_t
size_of(const struct message *message)
{
	return message->is_reply ? message->row->rep_size
				 : message->row->req_size;
}

/* Above all numbers there are. */
enum { NUMBERS_END = 4000 };

/*
 * Goes through all catalogues: the message after this one, all zero before
 * the first, false after the last.
 */
static inline bool
next_message(struct message *message)
{
	static const struct message none;
	uint32_t number;

	if (message->row != NULL && !message->is_reply) {
		message->is_reply = true;
		return true;
	}
	number = message->row == NULL ? 0 : (uint32_t)message->row->op + 1;
	for (*message = none; number < NUMBERS_END; number++) {
		message->row = psd_op_find(number);
		if (message->row == NULL)
			message->row = psd_ctl_find(number);
		if (message->row == NULL)
			message->row = psd_svc_find(number);
		if (message->row == NULL)
			message->row = psd_lookup_find(number);
		if (message->row != NULL)
			return true;
	}
	return false;
}

static inline int
any_descriptor(void)
{
	const int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}

enum { SOME_FDS = 3 };

static inline void
set_fds(void *at)
{
	struct psd_fds fds = { .n = SOME_FDS };

	for (uint32_t i = 0; i < SOME_FDS; i++)
		fds.at[i] = any_descriptor();
	fds.at[SOME_FDS] = PSD_NO_FD;
	memcpy(at, &fds, sizeof(fds));
}

static inline void
set_u32(void *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static inline void
set_wide(void *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

static inline void
set_string(void *at, const char *text)
{
	const struct psd_str value = psd_str_of(text);

	memcpy(at, &value, sizeof(value));
}

static inline void
set_bytes(void *at)
{
	static const unsigned char some[] = { 0, 255, 0, 10 };
	const struct psd_bytes value = { some, sizeof(some) };

	memcpy(at, &value, sizeof(value));
}

static inline void
set_list(enum psd_kind kind, void *at)
{
	static const unsigned char target[PSD_TARGET_LEN] = { 1, 0, 0, 0, 6, 0,
		0, 0, 4, 0, 80, 0, 192, 0, 2 };
	static const unsigned char names[] = "alice\0bob";
	static const unsigned char ids[] = { 1, 2, 3, 4, 255, 0, 0, 0 };
	struct psd_bytes value = { ids, sizeof(ids) };

	if (kind == PSD_KIND_targets)
		value = (struct psd_bytes){ target, sizeof(target) };
	if (kind == PSD_KIND_names)
		value = (struct psd_bytes){ names, sizeof(names) };
	memcpy(at, &value, sizeof(value));
}

static inline void
set_endpoint(void *at)
{
	const struct psd_endpoint value = {
		.family = PSD_FAMILY_INET6,
		.port = 0xfedc,
		.address = { 0xfe, 0x80, [14] = 1, [15] = 255 },
		.scope = 0x87654321u,
	};

	memcpy(at, &value, sizeof(value));
}

/* Gives a field a value that its kind allows. */
static inline void
fill_field(const struct psd_field *field, void *at)
{
	switch (field->kind) {
	case PSD_KIND_number:
		set_u32(at, 0xfedcba98u);
		break;
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
		set_wide(at, 0xfedcba9876543210u);
		break;
	case PSD_KIND_mode:
	case PSD_KIND_permissions:
		set_u32(at, 0640);
		break;
	case PSD_KIND_access:
		set_u32(at, PSD_ACCESS_READ | PSD_ACCESS_TRUNCATE);
		break;
	case PSD_KIND_family:
	case PSD_KIND_priority:
		set_u32(at, 6);
		break;
	case PSD_KIND_operation:
		set_u32(at, PSD_OP_read_directory);
		break;
	case PSD_KIND_protocol:
		set_u32(at, PSD_PROTOCOL_TCP);
		break;
	case PSD_KIND_endpoint:
		set_endpoint(at);
		break;
	case PSD_KIND_path:
		set_string(at, "/srv/some path");
		break;
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
		set_string(at, "net.ipv4.conf.eth0/1.forwarding");
		break;
	case PSD_KIND_name:
	case PSD_KIND_text:
		set_string(at, "two\nlines \xc3\xa9");
		break;
	case PSD_KIND_bytes:
		set_bytes(at);
		break;
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		set_list(field->kind, at);
		break;
	case PSD_KIND_fd:
		set_u32(at, (uint32_t)any_descriptor());
		break;
	case PSD_KIND_fds:
		set_fds(at);
		break;
	case PSD_KIND_end:
		fail();
	}
}

static inline void
fill_fields(const struct message *message, union any_fields *fields)
{
	psd_fields_init(layout_of(message), size_of(message), fields);
	for (const struct psd_field *f = layout_of(message);
	     f->kind != PSD_KIND_end; f++)
		fill_field(f, fields->bytes + f->offset);
}

static inline size_t
count_fds(const struct psd_field *layout)
{
	size_t n = 0;

	for (; layout->kind != PSD_KIND_end; layout++)
		n += layout->kind == PSD_KIND_fd   ? 1
		    : layout->kind == PSD_KIND_fds ? SOME_FDS
						   : 0;
	return n;
}

static inline int
encode_message(struct psd_frame *frame, const struct message *message,
    uint32_t id, union any_fields *fields)
{
	psd_frame_init(frame);
	return message->is_reply
	    ? psd_encode_reply(frame, message->row, id, fields)
	    : psd_encode_request(frame, message->row, id, fields);
}

#endif
