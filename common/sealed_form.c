/* SPDX-License-Identifier: ISC */
#include "common/sealed_form.h"

bool
psd_sealed_places(const struct psd_sealed_head *head,
    struct psd_sealed_places *ret)
{
	/* So nothing wraps. */
	if (head->n_limits > PSD_SEALED_LIMITS_MAX ||
	    head->n_numbers > PSD_SEALED_NUMBERS_MAX ||
	    head->n_filter > BPF_MAXINSNS || head->n_plain > BPF_MAXINSNS)
		return false;
	ret->limits = sizeof(*head);
	ret->filter =
	    ret->limits + head->n_limits * sizeof(struct psd_sealed_limit);
	ret->plain = ret->filter + head->n_filter * sizeof(struct sock_filter);
	ret->numbers = ret->plain + head->n_plain * sizeof(struct sock_filter);
	ret->end = ret->numbers + head->n_numbers * sizeof(uint32_t);
	return true;
}
