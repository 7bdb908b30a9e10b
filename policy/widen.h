/* SPDX-License-Identifier: ISC */
#ifndef PSD_WIDEN_H
#define PSD_WIDEN_H

#include "policy/policy.h"

/*
 * What changes for a helper when newer takes the place of older: calls line
 * once for each difference, in an order that depends on the policies alone.
 * sign is '+' for what widens the helper's reach, '-' for what narrows it,
 * '~' for what does neither; text begins with the policy's name and is valid
 * during the call only.  older is NULL for a new service, newer for one that
 * is gone.
 *
 *   + www: AllowOpen=read /srv/www/index.html is new (/etc/privsepd/www.policy:12)
 *   - www: SystemCallFilter= no longer lists: connect socket
 */
void psd_policy_compare(const struct psd_policy *older,
    const struct psd_policy *newer,
    void (*line)(void *cookie, char sign, const char *text), void *cookie);

#endif
