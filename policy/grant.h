/* SPDX-License-Identifier: ISC */
#ifndef PSD_GRANT_H
#define PSD_GRANT_H

#include "policy/build.h"

/*
 * The operation that a key such as AllowOpen or DenyReadDirectory is about,
 * or NULL: no such key.
 */
const struct psd_op_row *psd_grant_row(const char *key, bool *ret_is_deny);

/*
 * Takes one Allow or Deny line: what it may hold follows from the kinds of
 * the fields of the operation's request.  An empty value takes back the lines
 * of the same key.
 */
void psd_grant_take(struct psd_build *build, const struct psd_op_row *row,
    bool is_deny, const struct psd_setting *setting);

#endif
