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
#include <unistd.h>

enum { WRONG_SIZE = 256, RECORD_HEAD = 8 };

struct held {
	uint32_t number;
	bool is_taken;
};

struct psd_state_reader {
	unsigned char *all; /* owned */
	const unsigned char *at, *end;
	struct held *fds; /* sorted; owned */
	size_t n_fds;
	int error; /* the first -errno */
	char wrong[WRONG_SIZE];
	struct psd_frame frame; /* of the record read last */
};

static int
compare(const void *a, const void *b)
{
	const struct held *one = a, *other = b;

	return one->number < other->number ? -1 : one->number > other->number;
}

/* Sorted, none of the first three, and each once. */
static bool
take_fds(struct psd_state_reader *reader, const unsigned char *at)
{
	reader->fds = calloc(reader->n_fds + 1, sizeof(*reader->fds));
	if (reader->fds == NULL)
		return psd_state_no_memory(reader);
	for (size_t i = 0; i < reader->n_fds; i++)
		memcpy(&reader->fds[i].number, at + i * sizeof(uint32_t),
		    sizeof(uint32_t));
	qsort(reader->fds, reader->n_fds, sizeof(*reader->fds), compare);
	for (size_t i = 0; i < reader->n_fds; i++)
		if (reader->fds[i].number <= STDERR_FILENO ||
		    reader->fds[i].number > INT32_MAX ||
		    (i > 0 &&
			reader->fds[i].number == reader->fds[i - 1].number))
			return psd_state_bad(reader,
			    "descriptor %u is not ours, or named twice",
			    reader->fds[i].number);
	return true;
}

static bool
take_head(struct psd_state_reader *reader, size_t size)
{
	struct psd_state_head head;
	size_t fds_size;

	memcpy(&head, reader->all, sizeof(head));
	if (memcmp(head.magic, psd_state_magic, sizeof(head.magic)) != 0)
		return psd_state_bad(reader, "it is no state of a privsepd");
	if (head.version != PSD_STATE_VERSION)
		return psd_state_bad(reader, "its version is %u, and ours %d",
		    head.version, PSD_STATE_VERSION);
	fds_size = (size_t)head.n_fds * sizeof(uint32_t);
	if (head.n_fds > PSD_STATE_FDS_MAX || size - sizeof(head) < fds_size ||
	    size - sizeof(head) - fds_size != head.n_bytes)
		return psd_state_bad(reader, "it is of another length");
	reader->n_fds = head.n_fds;
	reader->at = reader->all + sizeof(head) + fds_size;
	reader->end = reader->all + size;
	return take_fds(reader, reader->all + sizeof(head));
}

struct psd_state_reader *
psd_state_read(int fd)
{
	struct psd_state_reader *reader = calloc(1, sizeof(*reader));
	size_t size;

	if (reader == NULL)
		return NULL;
	reader->all = psd_seal_read(fd, sizeof(struct psd_state_head),
	    PSD_STATE_MAX, &size);
	if (reader->all == NULL) {
		const int saved = errno;

		free(reader);
		errno = saved;
		return NULL;
	}
	(void)take_head(reader, size);
	return reader;
}

void
psd_state_reader_free(struct psd_state_reader *reader)
{
	if (reader == NULL)
		return;
	free(reader->all);
	free(reader->fds);
	free(reader);
}

bool
psd_state_bad(struct psd_state_reader *reader, const char *format, ...)
{
	va_list arguments;

	if (reader->error != 0)
		return false;
	reader->error = -EBADMSG;
	va_start(arguments, format);
	(void)vsnprintf(reader->wrong, sizeof(reader->wrong), format,
	    arguments);
	va_end(arguments);
	return false;
}

bool
psd_state_no_memory(struct psd_state_reader *reader)
{
	(void)psd_state_bad(reader, "there is no memory for it");
	reader->error = -ENOMEM;
	return false;
}

int
psd_state_error(const struct psd_state_reader *reader)
{
	return reader->error;
}

const char *
psd_state_wrong(const struct psd_state_reader *reader)
{
	return reader->wrong;
}

bool
psd_state_next_is(const struct psd_state_reader *reader, enum psd_record record)
{
	uint32_t number;

	if (reader->error != 0 || reader->end - reader->at < RECORD_HEAD)
		return false;
	memcpy(&number, reader->at, sizeof(number));
	return number == record;
}

bool
psd_state_get(struct psd_state_reader *reader, enum psd_record record,
    void *ret)
{
	const struct psd_op_row *row = psd_state_row(record);
	uint32_t size;

	assert(row != NULL);
	psd_fields_init(row->req, row->req_size, ret);
	if (reader->error != 0)
		return false;
	if (!psd_state_next_is(reader, record))
		return psd_state_bad(reader, "no %s where one belongs",
		    row->name);
	memcpy(&size, reader->at + sizeof(uint32_t), sizeof(size));
	reader->at += RECORD_HEAD;
	psd_frame_init(&reader->frame);
	if (size > PSD_FRAME_MAX - PSD_FRAME_HEADER ||
	    (size_t)(reader->end - reader->at) < size)
		return psd_state_bad(reader, "%s: cut off", row->name);
	memcpy(reader->frame.bytes + PSD_FRAME_HEADER, reader->at, size);
	reader->frame.len = PSD_FRAME_HEADER + size;
	reader->at += size;
	if (psd_decode(&reader->frame, row->req, row->req_size, ret) == 0)
		return true;
	return psd_state_bad(reader, "%s: malformed", row->name);
}

unsigned char *
psd_state_get_bytes(struct psd_state_reader *reader, size_t size)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	unsigned char *taken;
	size_t at = 0;

	if (size > PSD_STATE_BYTES_MAX) {
		(void)psd_state_bad(reader, "%zu bytes in pieces", size);
		return NULL;
	}
	bytes = calloc(1, size + 1);
	if (bytes == NULL) {
		(void)psd_state_no_memory(reader);
		return NULL;
	}
	while (at < size) {
		struct psd_record_piece piece;

		if (!psd_state_get(reader, PSD_RECORD_piece, &piece))
			return NULL;
		if (piece.bytes.len == 0 || piece.bytes.len > size - at) {
			(void)psd_state_bad(reader, "pieces do not fit");
			return NULL;
		}
		memcpy(bytes + at, piece.bytes.at, piece.bytes.len);
		at += piece.bytes.len;
	}
	taken = bytes;
	bytes = NULL;
	return taken;
}

int
psd_state_take(struct psd_state_reader *reader, uint32_t number)
{
	const struct held wanted = { .number = number };
	struct held *found;

	if (reader->error != 0 || number == PSD_STATE_NO_FD)
		return PSD_NO_FD;
	found = bsearch(&wanted, reader->fds, reader->n_fds, sizeof(wanted),
	    compare);
	if (found == NULL || found->is_taken) {
		(void)psd_state_bad(reader,
		    "descriptor %u is not listed, or has two owners", number);
		return PSD_NO_FD;
	}
	if (fcntl((int)number, F_SETFD, FD_CLOEXEC) < 0) {
		(void)psd_state_bad(reader, "descriptor %u is not open",
		    number);
		return PSD_NO_FD;
	}
	found->is_taken = true;
	return (int)number;
}

int
psd_state_take_fd(struct psd_state_reader *reader, uint32_t number)
{
	if (number == PSD_STATE_NO_FD)
		(void)psd_state_bad(reader, "a descriptor is missing");
	return psd_state_take(reader, number);
}

bool
psd_state_is_used_up(struct psd_state_reader *reader)
{
	struct psd_record_end end;

	if (!psd_state_get(reader, PSD_RECORD_end, &end))
		return false;
	if (reader->at != reader->end)
		return psd_state_bad(reader, "something follows its end");
	for (size_t i = 0; i < reader->n_fds; i++)
		if (!reader->fds[i].is_taken)
			return psd_state_bad(reader,
			    "descriptor %u belongs to nothing",
			    reader->fds[i].number);
	return true;
}

void
psd_state_close_others(const struct psd_state_reader *reader, unsigned first)
{
	for (size_t i = 0; i < reader->n_fds; i++) {
		const unsigned number = reader->fds[i].number;

		if (number > first)
			(void)close_range(first, number - 1, 0);
		if (number >= first)
			first = number + 1;
	}
	(void)close_range(first, ~0U, 0);
}
