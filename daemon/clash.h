/* SPDX-License-Identifier: ISC */
#ifndef PSD_CLASH_H
#define PSD_CLASH_H

#include "policy/policy.h"

/*
 * Two services cannot have one address, and cannot provide one name, since
 * whoever calls it means one of them.  0, or -EINVAL with diag for whatever
 * later has of what earlier has.
 */
int psd_clash_check(const struct psd_policy *earlier,
    const struct psd_policy *later, struct psd_diag *diag);

#endif
