/* SPDX-License-Identifier: ISC */
#ifndef PSD_RELOAD_H
#define PSD_RELOAD_H

#include "daemon/daemon.h"
#include "policy/diag.h"

/*
 * Reads and prepares all policies, and puts them in force all or not at all:
 * with the first error everything stays as it was.  Services whose policy
 * and program did not change are not touched.  diag has the errors and
 * warnings with file and line; each line that tells what widens or narrows
 * goes to change, which may be NULL.  dry_run stops before anything is put in
 * force.  Returns 0, -EINVAL for a bad policy, or another -errno.
 */
int psd_reload(struct psd_daemon *daemon, bool dry_run, struct psd_diag *diag,
    void (*change)(void *cookie, char sign, const char *text), void *cookie);

#endif
