/* SPDX-License-Identifier: ISC */
#ifndef PSD_RUNS_H
#define PSD_RUNS_H

#include "policy/build.h"

/*
 * Policies with Type=program, and the AllowRun= lines of others that name them.
 */

/* Notes the first key that means nothing to a program. */
void psd_runs_note(struct psd_build *build, const char *key,
    const struct psd_setting *setting);

/*
 * Checks that a program's policy says nothing that only a helper has, and gives
 * it what holds for programs.
 */
void psd_runs_finish(struct psd_build *build);

/*
 * Checks of all policies together that what an AllowRun= line names is a
 * program, which is an error, and that some line names each program, which is a
 * warning.  0 or -EINVAL with diag.
 */
int psd_runs_check(const struct psd_policy *const *policies, size_t n,
    struct psd_diag *diag);

#endif
