/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * A batch of entries, out of the frame, so that the function that is given
 * them may make requests.  Each is a byte of type, a byte of length, the name.
 */
struct batch {
	uint32_t len;
	unsigned char bytes[PSD_BYTES_MAX];
};

enum { ENTRY_HEAD = 2 };

_Static_assert(sizeof(((struct dirent *)NULL)->d_name) > PSD_NAME_MAX,
    "every name fits");

/*
 * Takes the entry at *at apart and moves *at behind it.  False when it is no
 * name of a file.
 */
static bool
next_entry(const struct batch *batch, uint32_t *at, char *ret_name,
    unsigned char *ret_type)
{
	const unsigned char *const entry = batch->bytes + *at;
	const uint32_t left = batch->len - *at;
	size_t len;

	if (left < ENTRY_HEAD)
		return false;
	len = entry[1];
	if (len == 0 || left - ENTRY_HEAD < len)
		return false;
	if (memchr(entry + ENTRY_HEAD, '\0', len) != NULL ||
	    memchr(entry + ENTRY_HEAD, '/', len) != NULL)
		return false;
	memcpy(ret_name, entry + ENTRY_HEAD, len);
	ret_name[len] = '\0';
	*ret_type = entry[0];
	*at += ENTRY_HEAD + (uint32_t)len;
	return true;
}

static bool
is_well_formed(const struct batch *batch)
{
	char name[PSD_NAME_MAX + 1];
	unsigned char type;

	for (uint32_t at = 0; at < batch->len;)
		if (!next_entry(batch, &at, name, &type))
			return false;
	return true;
}

/* The batch at *cursor, which moves behind it. */
static int
fetch(struct privsep *conversation, const char *path, uint64_t *cursor,
    struct batch *ret)
{
	struct psd_read_directory_req req = {
		.path = psd_str_of(path),
		.cursor = *cursor,
	};
	struct psd_read_directory_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_read_directory(conversation, &req, &rep);
	if (r == 0) {
		ret->len = rep.entries.len;
		memcpy(ret->bytes, rep.entries.at, rep.entries.len);
		if (!is_well_formed(ret))
			r = psd_exchange_break(conversation);
	}
	psd_exchange_unlock(conversation);
	if (r == 0)
		*cursor = rep.cursor;
	return r == -EMSGSIZE ? -ENAMETOOLONG : r;
}

static int
tell(const struct batch *batch,
    int (*entry)(void *cookie, const char *name, unsigned char type),
    void *cookie)
{
	char name[PSD_NAME_MAX + 1];
	unsigned char type;
	int r = 0;

	for (uint32_t at = 0; r == 0 && at < batch->len;)
		if (next_entry(batch, &at, name, &type))
			r = entry(cookie, name, type);
	return r;
}

int
privsep_read_directory(struct privsep *conversation, const char *path,
    int (*entry)(void *cookie, const char *name, unsigned char type),
    void *cookie)
{
	uint64_t cursor = psd_exchange_progress(conversation);
	struct batch batch;
	int r;

	do {
		r = fetch(conversation, path, &cursor, &batch);
		if (r == -EINPROGRESS)
			return r;
		psd_exchange_note_progress(conversation, cursor);
		if (r == 0)
			r = tell(&batch, entry, cookie);
	} while (r == 0 && batch.len > 0);
	psd_exchange_note_progress(conversation, 0);
	return r;
}

struct privsep_dir {
	struct privsep *conversation;
	char *path; /* owned */
	uint64_t cursor;
	bool is_over;
	uint32_t at; /* in batch */
	struct batch batch;
	struct dirent entry;
};

static int
next_batch(struct privsep_dir *dir)
{
	int r;

	r = fetch(dir->conversation, dir->path, &dir->cursor, &dir->batch);
	if (r < 0)
		return r;
	dir->at = 0;
	dir->is_over = dir->batch.len == 0;
	return 0;
}

/* The first batch is asked for here, so that it is here that it is refused. */
struct privsep_dir *
privsep_opendir(struct privsep *conversation, const char *path)
{
	struct privsep_dir *const dir = calloc(1, sizeof(*dir));
	int r;

	if (dir == NULL)
		return NULL;
	dir->conversation = conversation;
	dir->path = strdup(path);
	r = dir->path == NULL ? -ENOMEM : next_batch(dir);
	if (r < 0) {
		(void)privsep_closedir(dir);
		errno = -r;
		return NULL;
	}
	return dir;
}

/* At the end errno is as it was, as with readdir(3). */
struct dirent *
privsep_readdir(struct privsep_dir *dir)
{
	const int error = errno;
	int r = 0;

	if (!dir->is_over && dir->at == dir->batch.len)
		r = next_batch(dir);
	if (r < 0) {
		errno = -r;
		return NULL;
	}
	errno = error;
	if (dir->is_over ||
	    !next_entry(&dir->batch, &dir->at, dir->entry.d_name,
		&dir->entry.d_type))
		return NULL;
	/* A helper is not told it, and 0 stands for no file in some programs. */
	dir->entry.d_ino = 1;
	dir->entry.d_reclen = sizeof(dir->entry);
	return &dir->entry;
}

int
privsep_closedir(struct privsep_dir *dir)
{
	free(dir->path);
	free(dir);
	return 0;
}
