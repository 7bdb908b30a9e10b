/* SPDX-License-Identifier: ISC */
#include "common/sealed.h"

#include "common/mem.h"
#include "common/seal.h"
#include "common/sealed_form.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct psd_sealed_head
head_of(const struct psd_sealed *sealed)
{
	struct psd_sealed_head head = {
		.version = PSD_SEALED_VERSION,
		.flags = (sealed->set_ids ? PSD_SEALED_SET_IDS : 0U) |
		    (sealed->is_unprivileged ? PSD_SEALED_IS_UNPRIVILEGED
					     : 0U) |
		    (sealed->want_listener ? PSD_SEALED_WANT_LISTENER : 0U) |
		    (sealed->has_landlock ? PSD_SEALED_HAS_LANDLOCK : 0U) |
		    (sealed->has_output ? PSD_SEALED_HAS_OUTPUT : 0U),
		.uid = sealed->uid,
		.gid = sealed->gid,
		.report_number = (uint32_t)sealed->report_number,
		.keep = sealed->keep,
		.n_limits = (uint32_t)sealed->n_limits,
		.n_numbers = (uint32_t)sealed->n_numbers,
		.n_filter = sealed->filter.len,
		.n_plain = sealed->plain_filter.len,
	};

	memcpy(head.magic, PSD_SEALED_MAGIC, sizeof(head.magic));
	return head;
}

static void
fill(const struct psd_sealed *sealed, const struct psd_sealed_head *head,
    const struct psd_sealed_places *places, unsigned char *at)
{
	memcpy(at, head, sizeof(*head));
	for (size_t i = 0; i < sealed->n_limits; i++) {
		const struct psd_limit *from = &sealed->limits[i];
		const struct psd_sealed_limit limit = {
			.resource = (uint64_t)from->resource,
			.soft = from->value.rlim_cur,
			.hard = from->value.rlim_max,
		};

		memcpy(at + places->limits + i * sizeof(limit), &limit,
		    sizeof(limit));
	}
	if (head->n_filter > 0)
		memcpy(at + places->filter, sealed->filter.filter,
		    head->n_filter * sizeof(struct sock_filter));
	if (head->n_plain > 0)
		memcpy(at + places->plain, sealed->plain_filter.filter,
		    head->n_plain * sizeof(struct sock_filter));
	for (size_t i = 0; i < sealed->n_numbers; i++) {
		const uint32_t number = (uint32_t)sealed->numbers[i];

		memcpy(at + places->numbers + i * sizeof(number), &number,
		    sizeof(number));
	}
}

int
psd_sealed_write(const struct psd_sealed *sealed)
{
	const struct psd_sealed_head head = head_of(sealed);
	_cleanup_free_ unsigned char *bytes = NULL;
	struct psd_sealed_places places;

	if (!psd_sealed_places(&head, &places))
		return -EINVAL;
	bytes = calloc(1, places.end);
	if (bytes == NULL)
		return -ENOMEM;
	fill(sealed, &head, &places, bytes);
	return psd_seal_write("plan", bytes, places.end);
}
