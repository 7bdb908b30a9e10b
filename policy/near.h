/* SPDX-License-Identifier: ISC */
#ifndef PSD_NEAR_H
#define PSD_NEAR_H

/* Looks for what somebody meant who wrote a name that does not exist. */
struct psd_near {
	const char *word;
	unsigned distance; /* of best */
	char best[64];     /* "" until there is one */
};

struct psd_near psd_near_to(const char *word);

/* Keeps candidate when it is nearer than all before. */
void psd_near_try(struct psd_near *near, const char *candidate);

/* The nearest name, or NULL when none is near enough to be meant. */
const char *psd_near_best(const struct psd_near *near);

#endif
