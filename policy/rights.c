/* SPDX-License-Identifier: ISC */
#include "common/hot.h"
#include "policy/narrowing.h"
#include "policy/phase.h"

#include <errno.h>
#include <stdlib.h>

static struct psd_used *
make_used(uint32_t n)
{
	const uint32_t room = n + PSD_NARROW_ONCE_MAX;
	struct psd_used *used = calloc(1, sizeof(*used) + room);

	if (used == NULL)
		return NULL;
	used->references = 1;
	used->n = n;
	used->room = room;
	return used;
}

static void
unref_used(struct psd_used *used)
{
	if (used != NULL && --used->references == 0)
		free(used);
}

int
psd_rights_init(struct psd_rights *rights, const struct psd_policy *policy)
{
	struct psd_used *used = make_used(policy->n_grants);
	struct psd_narrowing **narrowed =
	    calloc(psd_op_count, sizeof(struct psd_narrowing *));

	if (used == NULL || narrowed == NULL) {
		unref_used(used);
		free(narrowed);
		return -ENOMEM;
	}
	*rights = (struct psd_rights){ .used = used, .narrowed = narrowed };
	return 0;
}

int
psd_rights_clone(struct psd_rights *ret, const struct psd_rights *rights)
{
	struct psd_narrowing **narrowed =
	    calloc(psd_op_count, sizeof(struct psd_narrowing *));

	if (narrowed == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < psd_op_count; i++)
		narrowed[i] = psd_narrowing_ref(rights->narrowed[i]);
	*ret = *rights;
	ret->narrowed = narrowed;
	ret->used->references++;
	return 0;
}

void
psd_rights_free(struct psd_rights *rights)
{
	for (size_t i = 0; rights->narrowed != NULL && i < psd_op_count; i++)
		psd_narrowing_unref(rights->narrowed[i]);
	free(rights->narrowed);
	unref_used(rights->used);
	*rights = (struct psd_rights){ .used = NULL };
}

void
psd_rights_give_up(struct psd_rights *rights, const struct psd_op_row *row)
{
	rights->given_up |= UINT64_C(1) << row->op;
}

PSD_HOT bool
psd_rights_is_given_up(const struct psd_rights *rights,
    const struct psd_op_row *row)
{
	return (rights->given_up & (UINT64_C(1) << row->op)) != 0;
}

void
psd_rights_use(struct psd_rights *rights, const struct psd_grant *grant)
{
	if (grant != NULL && (grant->modifiers & PSD_MODIFIER_ONCE) != 0)
		rights->used->at[grant->index] = 1;
}

static bool
is_in_phase(const struct psd_rights *rights, const struct psd_grant *grant)
{
	return grant->phase == NULL || grant->phase_at == rights->phase;
}

bool
psd_rights_counts(const struct psd_rights *rights,
    const struct psd_grant *grant)
{
	if ((grant->modifiers & PSD_MODIFIER_ONCE) != 0 &&
	    rights->used->at[grant->index] != 0)
		return false;
	return is_in_phase(rights, grant);
}

int
psd_rights_advance(struct psd_rights *rights, const struct psd_policy *policy,
    const char *phase)
{
	uint32_t next;

	if (!psd_phase_find(policy, phase, &next))
		return -EINVAL;
	if (next < rights->phase)
		return -EACCES;
	rights->phase = next;
	return 0;
}

bool
psd_rights_follow(struct psd_rights *rights, const struct psd_rights *origin)
{
	if (rights->phase >= origin->phase)
		return false;
	rights->phase = origin->phase;
	return true;
}

bool
psd_rights_still_has(const struct psd_rights *rights,
    const struct psd_op_row *row, const struct psd_grant *grant)
{
	return !psd_rights_is_given_up(rights, row) &&
	    (grant == NULL || is_in_phase(rights, grant));
}

const struct psd_grants *
psd_rights_narrowed(const struct psd_rights *rights,
    const struct psd_op_row *row)
{
	const size_t i = (size_t)(row - psd_op_rows);

	return rights->narrowed[i] == NULL
	    ? NULL
	    : &rights->narrowed[i]->lines->grants[i];
}

struct psd_narrowing *
psd_rights_hold(const struct psd_rights *rights, const struct psd_op_row *row)
{
	return psd_narrowing_ref(rights->narrowed[row - psd_op_rows]);
}

struct psd_narrowing *
psd_narrowing_ref(struct psd_narrowing *narrowing)
{
	if (narrowing != NULL)
		narrowing->references++;
	return narrowing;
}

void
psd_narrowing_unref(struct psd_narrowing *narrowing)
{
	if (narrowing == NULL || --narrowing->references > 0)
		return;
	psd_policy_free(narrowing->lines);
	free(narrowing);
}
