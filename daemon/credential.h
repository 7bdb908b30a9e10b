/* SPDX-License-Identifier: ISC */
#ifndef PSD_CREDENTIAL_H
#define PSD_CREDENTIAL_H

#include "common/kind.h"
#include "policy/diag.h"
#include "policy/policy.h"

/*
 * What the service manager passes to our unit (LoadCredential= and its like):
 * files in a directory which is found once, at the start, and of which helpers
 * see sealed copies alone.
 */

/*
 * Opens the directory; path is $CREDENTIALS_DIRECTORY or NULL.  Where there is
 * none, or it cannot be opened, credentials are missing.
 */
void psd_credential_init(const char *path);

/* Closes it with all copies. */
void psd_credential_stop(void);

/* For a re-exec: the directory or PSD_NO_FD; adopting takes it over. */
int psd_credential_directory(void);
void psd_credential_adopt(int adopted);

/*
 * Opens a copy of a credential that the policy allows, for reading, which the
 * caller owns; or -errno.  -ENOENT: there is none of that name; -EPERM: the
 * name is none of a regular file in the directory; -EFBIG: more than 1 MiB.
 */
int psd_credential_open(const struct psd_str *label);

/* Warns of lines that allow what cannot be had without a directory. */
void psd_credential_check(const struct psd_policy *const *policies,
    size_t n_policies, struct psd_diag *diag);

#endif
