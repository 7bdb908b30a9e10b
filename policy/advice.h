/* SPDX-License-Identifier: ISC */
#ifndef PSD_ADVICE_H
#define PSD_ADVICE_H

#include "policy/policy.h"

/*
 * Warns in diag of Allow and Deny lines that are legal but foolish: they never
 * match, say nothing new, reach secrets, or let the helper change what is
 * trusted.  Nothing is said that is not certain, and only so much that it can
 * be read.  dirs are where policies are looked for, ended by NULL; it may be
 * NULL itself.  The policy was compiled without errors.
 */
void psd_advice_give(const struct psd_policy *policy, const char *const *dirs,
    struct psd_diag *diag);

#endif
