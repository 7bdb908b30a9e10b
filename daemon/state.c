/* SPDX-License-Identifier: ISC */
#include "daemon/state_rows.h"

#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROWTH = 1 << 16, WHY_SIZE = 256 };

struct psd_state_writer {
	unsigned char *bytes;
	size_t size, room;
	uint32_t *fds;
	size_t n_fds, fds_room;
	int error; /* the first -errno */
	char why[WHY_SIZE];
};

/* One thread, so one frame to encode in is enough. */
static struct psd_frame scratch;

struct psd_state_writer *
psd_state_write(void)
{
	return calloc(1, sizeof(struct psd_state_writer));
}

void
psd_state_writer_free(struct psd_state_writer *writer)
{
	if (writer == NULL)
		return;
	free(writer->bytes);
	free(writer->fds);
	free(writer);
}

static void
fail(struct psd_state_writer *writer, int error, const char *why)
{
	if (writer->error != 0)
		return;
	writer->error = error;
	(void)snprintf(writer->why, sizeof(writer->why), "%s", why);
}

void
psd_state_refuse(struct psd_state_writer *writer, const char *format, ...)
{
	char why[WHY_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	fail(writer, -EBUSY, why);
}

static void
append(struct psd_state_writer *writer, const void *bytes, size_t size)
{
	if (writer->room - writer->size < size) {
		const size_t room = 2 * writer->room + size + GROWTH;
		unsigned char *grown =
		    room > PSD_STATE_MAX ? NULL : realloc(writer->bytes, room);

		if (grown == NULL) {
			fail(writer, -ENOMEM, "there is no memory for it");
			return;
		}
		writer->bytes = grown;
		writer->room = room;
	}
	memcpy(writer->bytes + writer->size, bytes, size);
	writer->size += size;
}

void
psd_state_put(struct psd_state_writer *writer, enum psd_record record,
    const void *fields)
{
	const struct psd_op_row *row = psd_state_row(record);
	uint32_t head[2] = { record };
	int r;

	assert(row != NULL);
	if (writer->error != 0)
		return;
	psd_frame_init(&scratch);
	/* Without descriptors among the fields nothing of them is changed. */
	r = psd_encode_request(&scratch, row, 0, (void *)(uintptr_t)fields);
	if (r < 0) {
		fail(writer, r, row->text);
		return;
	}
	head[1] = scratch.len - PSD_FRAME_HEADER;
	append(writer, head, sizeof(head));
	append(writer, scratch.bytes + PSD_FRAME_HEADER, head[1]);
}

void
psd_state_put_bytes(struct psd_state_writer *writer, const void *bytes,
    size_t size)
{
	const unsigned char *at = bytes;

	while (size > 0) {
		const struct psd_record_piece piece = {
			.bytes = {
				.at = at,
				.len = size < PSD_BYTES_MAX ? (uint32_t)size
							    : PSD_BYTES_MAX,
			},
		};

		psd_state_put(writer, PSD_RECORD_piece, &piece);
		at += piece.bytes.len;
		size -= piece.bytes.len;
	}
}

uint32_t
psd_state_hold(struct psd_state_writer *writer, int fd)
{
	uint32_t *grown;

	if (fd < 0)
		return PSD_STATE_NO_FD;
	if (writer->n_fds == writer->fds_room) {
		grown = reallocarray(writer->fds, writer->fds_room + GROWTH,
		    sizeof(*grown));
		if (grown == NULL) {
			fail(writer, -ENOMEM, "there are too many descriptors");
			return PSD_STATE_NO_FD;
		}
		writer->fds = grown;
		writer->fds_room += GROWTH;
	}
	writer->fds[writer->n_fds++] = (uint32_t)fd;
	return (uint32_t)fd;
}

int
psd_state_seal(struct psd_state_writer *writer)
{
	const size_t fds_size = writer->n_fds * sizeof(*writer->fds);
	struct psd_state_head head = {
		.version = PSD_STATE_VERSION,
		.n_fds = (uint32_t)writer->n_fds,
		.n_bytes = writer->size,
	};
	_cleanup_free_ unsigned char *all = NULL;
	int fd;

	if (writer->error != 0)
		return writer->error;
	memcpy(head.magic, psd_state_magic, sizeof(head.magic));
	all = malloc(sizeof(head) + fds_size + writer->size);
	if (all == NULL) {
		fail(writer, -ENOMEM, "there is no memory for it");
		return -ENOMEM;
	}
	memcpy(all, &head, sizeof(head));
	if (fds_size > 0)
		memcpy(all + sizeof(head), writer->fds, fds_size);
	if (writer->size > 0)
		memcpy(all + sizeof(head) + fds_size, writer->bytes,
		    writer->size);
	fd = psd_seal_write("state", all,
	    sizeof(head) + fds_size + writer->size);
	if (fd < 0)
		fail(writer, fd, "there is no memory for it");
	return fd;
}

const char *
psd_state_why(const struct psd_state_writer *writer)
{
	return writer->why;
}

int
psd_state_let_go(const struct psd_state_writer *writer)
{
	for (size_t i = 0; i < writer->n_fds; i++)
		if (fcntl((int)writer->fds[i], F_SETFD, 0) < 0) {
			const int r = -errno;

			psd_state_keep_back(writer);
			return r;
		}
	return 0;
}

void
psd_state_keep_back(const struct psd_state_writer *writer)
{
	for (size_t i = 0; i < writer->n_fds; i++)
		(void)fcntl((int)writer->fds[i], F_SETFD, FD_CLOEXEC);
}
