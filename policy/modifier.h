/* SPDX-License-Identifier: ISC */
#ifndef PSD_MODIFIER_H
#define PSD_MODIFIER_H

#include "policy/build.h"

/*
 * Takes a trailing word of an Allow line for row, such as "once" or
 * "owner=root".  Returns NULL, or what is wrong with it.
 */
const char *psd_modifier_take(struct psd_build *build, struct psd_grant *grant,
    const struct psd_op_row *row, const char *word);

/*
 * Do the trailing words of wider ask no more of a request, and of what it
 * finds, than those of narrower, and give as much?
 */
bool psd_modifier_contains(const struct psd_op_row *row,
    const struct psd_grant *wider, const struct psd_grant *narrower);

#endif
