/* SPDX-License-Identifier: ISC */
#ifndef PSD_PHASE_H
#define PSD_PHASE_H

#include "policy/build.h"

/*
 * Phases=auth session: what a conversation goes through, in this order.  A
 * line with phase=NAME counts in that one alone, others in all.
 */
enum {
	PSD_PHASES_MAX = 16,
	PSD_PHASES_TEXT_MAX = 1024, /* of all names with blanks between */
};

/* NULL when it is a good name of a phase, else what is wrong with it. */
const char *psd_phase_wrong(const char *name);

/* The place of a phase in the policy's order.  False: there is none. */
bool psd_phase_find(const struct psd_policy *policy, const char *name,
    uint32_t *ret);

/* The name of a place; "" in a policy without phases. */
const char *psd_phase_name(const struct psd_policy *policy, uint32_t phase);

/*
 * Finds the phases that the policy's lines name, once all keys were read, and
 * warns of those that make no difference.
 */
void psd_phase_finish(struct psd_build *build);

#endif
