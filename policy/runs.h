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

/* Notes the first key of its kind, until it is taken back. */
void psd_runs_note_first(const char **noted, struct psd_where *where,
    const char *key, const struct psd_setting *setting);

/* Where a key was said last; nowhere (line 0), when it was taken back. */
void psd_runs_note_where(struct psd_where *where,
    const struct psd_setting *setting);

/* Tells each line that asks for something, of what has no conversation. */
void psd_runs_refuse_grants(struct psd_build *build, const char *what);

/*
 * What holds, unless the policy says otherwise, for a program that knows
 * nothing of privsepd and is nobody's: its denied calls fail, and its standard
 * error goes to the log.
 */
void psd_runs_finish_guest(struct psd_build *build);

/*
 * Checks of all policies together that what an AllowRun= line names is a
 * program, which is an error, and that some line names each program, which is a
 * warning.  0 or -EINVAL with diag.
 */
int psd_runs_check(const struct psd_policy *const *policies, size_t n,
    struct psd_diag *diag);

#endif
