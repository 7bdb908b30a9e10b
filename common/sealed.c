/* SPDX-License-Identifier: ISC */
#include "common/sealed.h"

#include "common/mem.h"
#include "common/seal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

enum flags {
	SET_IDS = 1 << 0,
	IS_UNPRIVILEGED = 1 << 1,
	WANT_LISTENER = 1 << 2,
	HAS_LANDLOCK = 1 << 3,
	HAS_OUTPUT = 1 << 4,
	FLAGS = (1 << 5) - 1,
};

static const char magic[8] = "psdplan";

/* What the memory begins with; no holes.  Then come the four arrays. */
struct head {
	char magic[8];
	uint32_t version;
	uint32_t flags;
	uint32_t uid, gid;
	uint32_t report_number;
	uint32_t keep;
	uint32_t n_limits, n_numbers, n_filter, n_plain;
};

struct limit {
	uint64_t resource;
	uint64_t soft, hard;
};

/* Where the arrays are in the memory. */
struct places {
	size_t limits, numbers, filter, plain, end;
};

/* The counts are within their bounds, so nothing wraps. */
static struct places
places_of(const struct head *head)
{
	struct places places = { .limits = sizeof(*head) };

	places.filter = places.limits + head->n_limits * sizeof(struct limit);
	places.plain =
	    places.filter + head->n_filter * sizeof(struct sock_filter);
	places.numbers =
	    places.plain + head->n_plain * sizeof(struct sock_filter);
	places.end = places.numbers + head->n_numbers * sizeof(uint32_t);
	return places;
}

static bool
is_within_bounds(const struct head *head)
{
	return head->n_limits <= PSD_SEALED_LIMITS_MAX &&
	    head->n_numbers <= PSD_SEALED_NUMBERS_MAX &&
	    head->n_filter <= BPF_MAXINSNS && head->n_plain <= BPF_MAXINSNS;
}

static struct head
head_of(const struct psd_sealed *sealed)
{
	struct head head = {
		.version = VERSION,
		.flags = (sealed->set_ids ? SET_IDS : 0U) |
		    (sealed->is_unprivileged ? IS_UNPRIVILEGED : 0U) |
		    (sealed->want_listener ? WANT_LISTENER : 0U) |
		    (sealed->has_landlock ? HAS_LANDLOCK : 0U) |
		    (sealed->has_output ? HAS_OUTPUT : 0U),
		.uid = sealed->uid,
		.gid = sealed->gid,
		.report_number = (uint32_t)sealed->report_number,
		.keep = sealed->keep,
		.n_limits = (uint32_t)sealed->n_limits,
		.n_numbers = (uint32_t)sealed->n_numbers,
		.n_filter = sealed->filter.len,
		.n_plain = sealed->plain_filter.len,
	};

	memcpy(head.magic, magic, sizeof(magic));
	return head;
}

static void
fill(const struct psd_sealed *sealed, const struct head *head,
    unsigned char *at)
{
	const struct places places = places_of(head);

	memcpy(at, head, sizeof(*head));
	for (size_t i = 0; i < sealed->n_limits; i++) {
		const struct psd_limit *from = &sealed->limits[i];
		const struct limit limit = {
			.resource = (uint64_t)from->resource,
			.soft = from->value.rlim_cur,
			.hard = from->value.rlim_max,
		};

		memcpy(at + places.limits + i * sizeof(limit), &limit,
		    sizeof(limit));
	}
	if (head->n_filter > 0)
		memcpy(at + places.filter, sealed->filter.filter,
		    head->n_filter * sizeof(struct sock_filter));
	if (head->n_plain > 0)
		memcpy(at + places.plain, sealed->plain_filter.filter,
		    head->n_plain * sizeof(struct sock_filter));
	for (size_t i = 0; i < sealed->n_numbers; i++) {
		const uint32_t number = (uint32_t)sealed->numbers[i];

		memcpy(at + places.numbers + i * sizeof(number), &number,
		    sizeof(number));
	}
}

int
psd_sealed_write(const struct psd_sealed *sealed)
{
	const struct head head = head_of(sealed);
	_cleanup_free_ unsigned char *bytes = NULL;
	size_t size;

	if (!is_within_bounds(&head))
		return -EINVAL;
	size = places_of(&head).end;
	bytes = calloc(1, size);
	if (bytes == NULL)
		return -ENOMEM;
	fill(sealed, &head, bytes);
	return psd_seal_write("plan", bytes, size);
}

/* Returns a copy of the whole, or NULL with errno. */
static unsigned char *
read_whole(int fd, size_t *ret_size)
{
	const size_t most = sizeof(struct head) +
	    PSD_SEALED_LIMITS_MAX * sizeof(struct limit) +
	    (size_t)2 * BPF_MAXINSNS * sizeof(struct sock_filter) +
	    PSD_SEALED_NUMBERS_MAX * sizeof(uint32_t);

	return psd_seal_read(fd, sizeof(struct head), most, ret_size);
}

static bool
is_known(const struct head *head)
{
	return memcmp(head->magic, magic, sizeof(magic)) == 0 &&
	    head->version == VERSION && (head->flags & ~(uint32_t)FLAGS) == 0 &&
	    (head->keep & ~(uint32_t)PSD_KEEP_ALL) == 0;
}

/* Ids that are those of nobody else: neither root's nor "leave it". */
static bool
has_good_ids(const struct head *head)
{
	return (head->flags & SET_IDS) == 0 ||
	    (head->uid != 0 && head->gid != 0 && head->uid != (uid_t)-1 &&
		head->gid != (gid_t)-1);
}

/* A listener is of no use without the filter that it belongs to. */
static bool
has_good_filters(const struct head *head)
{
	if ((head->flags & WANT_LISTENER) != 0)
		return head->n_filter > 0 && head->n_plain > 0;
	return head->n_filter == 0;
}

static int
take_limits(struct psd_sealed *ret, const unsigned char *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct limit limit;

		memcpy(&limit, at + i * sizeof(limit), sizeof(limit));
		if (limit.resource >= RLIM_NLIMITS || limit.soft > limit.hard)
			return -EBADMSG;
		ret->limits[i] = (struct psd_limit){
			.resource = (int)limit.resource,
			.value = { limit.soft, limit.hard },
		};
	}
	ret->n_limits = n;
	return 0;
}

static int
take_numbers(struct psd_sealed *ret, const unsigned char *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t number;

		memcpy(&number, at + i * sizeof(number), sizeof(number));
		if (number > INT32_MAX)
			return -EBADMSG;
		ret->numbers[i] = (int)number;
	}
	ret->n_numbers = n;
	return 0;
}

/*
 * The number by which the filter lets the listener go out must never be one
 * of the server's own.
 */
static bool
has_good_number(const struct psd_sealed *sealed)
{
	for (size_t i = 0; i < sealed->n_limits; i++)
		if (sealed->limits[i].resource == RLIMIT_NOFILE)
			return sealed->limits[i].value.rlim_max <=
			    (rlim_t)sealed->report_number;
	return false;
}

/* bytes stay: both programs lie in them. */
static int
take(unsigned char *bytes, size_t size, struct psd_sealed *ret)
{
	struct places places;
	struct head head;
	int r;

	memcpy(&head, bytes, sizeof(head));
	if (!is_known(&head) || !is_within_bounds(&head) ||
	    !has_good_ids(&head) || !has_good_filters(&head) ||
	    head.report_number > INT32_MAX)
		return -EBADMSG;
	places = places_of(&head);
	if (places.end != size)
		return -EBADMSG;
	ret->uid = head.uid;
	ret->gid = head.gid;
	ret->set_ids = (head.flags & SET_IDS) != 0;
	ret->is_unprivileged = (head.flags & IS_UNPRIVILEGED) != 0;
	ret->want_listener = (head.flags & WANT_LISTENER) != 0;
	ret->has_landlock = (head.flags & HAS_LANDLOCK) != 0;
	ret->has_output = (head.flags & HAS_OUTPUT) != 0;
	ret->report_number = (int)head.report_number;
	ret->keep = head.keep;
	ret->filter.len = (unsigned short)head.n_filter;
	ret->filter.filter = (void *)(bytes + places.filter);
	ret->plain_filter.len = (unsigned short)head.n_plain;
	ret->plain_filter.filter = (void *)(bytes + places.plain);
	r = take_limits(ret, bytes + places.limits, head.n_limits);
	if (r == 0)
		r = take_numbers(ret, bytes + places.numbers, head.n_numbers);
	return r == 0 && !has_good_number(ret) ? -EBADMSG : r;
}

int
psd_sealed_read(int fd, struct psd_sealed *ret)
{
	struct psd_sealed sealed = { .own = NULL };
	unsigned char *bytes;
	size_t size;
	int r;

	bytes = read_whole(fd, &size);
	if (bytes == NULL)
		return -errno;
	r = take(bytes, size, &sealed);
	if (r < 0) {
		free(bytes);
		return r;
	}
	sealed.own = bytes;
	*ret = sealed;
	return 0;
}

void
psd_sealed_free(struct psd_sealed *sealed)
{
	free(sealed->own);
	sealed->own = NULL;
}
