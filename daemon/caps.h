/* SPDX-License-Identifier: ISC */
#ifndef PSD_CAPS_H
#define PSD_CAPS_H

#include "policy/policy.h"

/*
 * Which capabilities the daemon keeps: those that it needs to confine
 * helpers, and those that the operations granted by its policies call for
 * (CAP rows of ops.def).
 */

/*
 * After policies are loaded.  The first time, before
 * psd_spawn_prepare_process(), drops every capability from the permitted and
 * effective set that neither we nor policies need; later, after a re-exec,
 * from the effective set only, and takes back into it what was kept.  keep
 * holds names ("CAP_NET_RAW" or "net_raw") of those that KeepCapabilities=
 * keeps in advance.  A capability that we never had is no error; root is warned of
 * it.  0, or -errno with diag.
 */
int psd_caps_keep(const struct psd_policy *const *policies, size_t n_policies,
    const struct psd_words *keep, struct psd_diag *diag);

/*
 * Around a reload: all that was kept goes into the effective set, and out of it
 * what the policies of services and running instances do not call for.  0, or
 * -errno, with diag where there is one.
 */
int psd_caps_raise(void);
int psd_caps_lower(const struct psd_policy *const *policies, size_t n_policies,
    const struct psd_words *keep, struct psd_diag *diag);

/*
 * The same for a monitor, whose one helper is there already, after
 * psd_spawn_prepare_process(), which takes more.
 */
int psd_caps_keep_for_monitor(const struct psd_policy *policy,
    struct psd_diag *diag);

/*
 * Before a reload: adds an error for each capability that policies need and
 * that we no longer have: "www.policy:12: needs a restart: CAP_CHOWN".
 * Returns 0, -EPERM, or another -errno when ours are not known.  Capabilities that were not there at the start
 * either are not asked for.
 */
int psd_caps_missing(const struct psd_policy *const *policies,
    size_t n_policies, struct psd_diag *diag);

/*
 * Those that there were at the start, as bits: what psd_caps_missing() goes by,
 * here and in a process that was executed anew.
 */
uint64_t psd_caps_had(void);
void psd_caps_resume(uint64_t before);

/* More than there are; cap_get_flag(3) denies the others. */
enum { PSD_CAPS_MAX = 64 };

/*
 * The permitted set, as bits.  0, or -errno, when they are not known, which
 * is not none: who set what is left of them would lose them all.
 */
int psd_caps_permitted(uint64_t *ret);

/* What is permitted is inheritable, too.  0 or -errno. */
int psd_caps_set(uint64_t in_permitted, uint64_t in_effective);

/*
 * The permitted set, for status: "chown kill setuid"; cut where full, and
 * empty where it cannot be told.
 */
void psd_caps_text(char *ret, size_t size);

#endif
