/* SPDX-License-Identifier: ISC */
#include "common/seal.h"
#include "common/sealed.h"
#include "common/sealed_form.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Returns a copy of the whole, or NULL with errno. */
static unsigned char *
read_whole(int fd, size_t *ret_size)
{
	const size_t most = sizeof(struct psd_sealed_head) +
	    PSD_SEALED_LIMITS_MAX * sizeof(struct psd_sealed_limit) +
	    (size_t)2 * BPF_MAXINSNS * sizeof(struct sock_filter) +
	    PSD_SEALED_NUMBERS_MAX * sizeof(uint32_t);

	return psd_seal_read(fd, sizeof(struct psd_sealed_head), most,
	    ret_size);
}

static bool
is_known(const struct psd_sealed_head *head)
{
	return head->version == PSD_SEALED_VERSION &&
	    memcmp(head->magic, PSD_SEALED_MAGIC, sizeof(head->magic)) == 0 &&
	    (head->flags & ~(uint32_t)PSD_SEALED_FLAGS) == 0 &&
	    (head->keep & ~(uint32_t)PSD_KEEP_ALL) == 0;
}

/* Ids that are those of nobody else: neither root's nor "leave it". */
static bool
has_good_ids(const struct psd_sealed_head *head)
{
	return (head->flags & PSD_SEALED_SET_IDS) == 0 ||
	    (head->uid != 0 && head->gid != 0 && head->uid != (uid_t)-1 &&
		head->gid != (gid_t)-1);
}

/* A listener is of no use without the filter that it belongs to. */
static bool
has_good_filters(const struct psd_sealed_head *head)
{
	if ((head->flags & PSD_SEALED_WANT_LISTENER) != 0)
		return head->n_filter > 0 && head->n_plain > 0;
	return head->n_filter == 0;
}

static int
take_limits(struct psd_sealed *ret, const unsigned char *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct psd_sealed_limit limit;

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
	struct psd_sealed_places places;
	struct psd_sealed_head head;
	int r;

	memcpy(&head, bytes, sizeof(head));
	if (!is_known(&head) || !psd_sealed_places(&head, &places) ||
	    places.end != size || !has_good_ids(&head) ||
	    !has_good_filters(&head) || head.report_number > INT32_MAX)
		return -EBADMSG;
	ret->uid = head.uid;
	ret->gid = head.gid;
	ret->set_ids = (head.flags & PSD_SEALED_SET_IDS) != 0;
	ret->is_unprivileged = (head.flags & PSD_SEALED_IS_UNPRIVILEGED) != 0;
	ret->want_listener = (head.flags & PSD_SEALED_WANT_LISTENER) != 0;
	ret->has_landlock = (head.flags & PSD_SEALED_HAS_LANDLOCK) != 0;
	ret->has_output = (head.flags & PSD_SEALED_HAS_OUTPUT) != 0;
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
