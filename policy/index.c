/* SPDX-License-Identifier: ISC */
#include "policy/index.h"

#include "common/hash.h"
#include "policy/glob.h"

#include <string.h>

/* Of a grant, in the order of the grants. */
struct filed {
	uint64_t hash;
	size_t len;    /* of the key, which glob begins with */
	uint32_t next; /* in the same bucket, plus 1; 0: none */
};

/* The keys are the policy's own, so nobody chooses collisions. */
struct psd_index {
	uint32_t *buckets; /* first grant, plus 1; 0: none */
	size_t mask;
	struct filed *filed;
};

static size_t
count_buckets(size_t n_grants)
{
	size_t n = 16;

	while (n < 2 * n_grants)
		n *= 2;
	return n;
}

struct psd_index *
psd_index_new(struct psd_arena *arena, const struct psd_grants *grants)
{
	const size_t n_buckets = count_buckets(grants->n);
	struct psd_index *index = psd_arena_take(arena, 1, sizeof(*index));

	if (index == NULL)
		return NULL;
	index->mask = n_buckets - 1;
	index->buckets = psd_arena_take(arena, n_buckets, sizeof(uint32_t));
	index->filed = psd_arena_take(arena, grants->n, sizeof(struct filed));
	if (index->buckets == NULL || index->filed == NULL)
		return NULL;
	/* Backwards, so that a bucket has them in the order of the files. */
	for (size_t i = grants->n; i-- > 0;) {
		struct filed *filed = &index->filed[i];
		uint32_t *bucket;

		filed->len = psd_glob_literal_len(grants->at[i].glob);
		filed->hash =
		    psd_hash_on(PSD_HASH_BEGIN, grants->at[i].glob, filed->len);
		bucket = &index->buckets[filed->hash & index->mask];
		filed->next = *bucket;
		*bucket = (uint32_t)i + 1;
	}
	return index;
}

/* Goes on to the next longer prefix; false behind the whole path. */
static bool
lengthen(struct psd_index_look *look)
{
	const struct psd_index *index = look->grants->index;
	const char *path = look->path->at;
	const size_t from = look->len;
	const char *slash;

	if (from == look->path->len)
		return false;
	if (from == 0) {
		/* The root is the one directory that ends in its slash. */
		look->len = 1;
		look->hash = psd_hash_on(PSD_HASH_BEGIN, path, 1);
	} else {
		const size_t begin = from == 1 ? 1 : from + 1;

		slash = memchr(path + begin, '/', look->path->len - begin);
		look->len =
		    slash == NULL ? look->path->len : (size_t)(slash - path);
		look->hash =
		    psd_hash_on(look->hash, path + from, look->len - from);
	}
	look->next = index->buckets[look->hash & index->mask];
	return true;
}

struct psd_index_look
psd_index_look(const struct psd_grants *grants, const struct psd_str *path)
{
	return (struct psd_index_look){ .grants = grants, .path = path };
}

const struct psd_grant *
psd_index_next(struct psd_index_look *look)
{
	const struct psd_grants *grants = look->grants;

	for (;;) {
		const struct filed *filed;
		uint32_t i;

		if (look->next == 0) {
			if (!lengthen(look))
				return NULL;
			continue;
		}
		i = look->next - 1;
		filed = &grants->index->filed[i];
		look->next = filed->next;
		if (filed->hash == look->hash && filed->len == look->len &&
		    memcmp(grants->at[i].glob, look->path->at, filed->len) == 0)
			return &grants->at[i];
	}
}
