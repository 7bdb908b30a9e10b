/* SPDX-License-Identifier: ISC */
#ifndef PSD_OWN_FILTER_H
#define PSD_OWN_FILTER_H

#include "policy/policy.h"

/*
 * The daemon's own system call filter, which every child of it has below its
 * own.  It lets pass what the daemon calls itself (daemon/own_calls.def and the
 * SYS rows of operations), what any group of policy/callgroup.def could let a
 * helper call, and what the loaded policies name singly.  Everything else
 * answers ENOSYS.
 */

/*
 * Once, when the policies of the start are known and before any helper is
 * started.  keep has names that KeepSystemCalls= keeps in advance.  Returns 0, also
 * where there can be no filter, which psd_own_filter_missing() then tells;
 * -errno with diag when it cannot be made or is wrong.
 */
int psd_own_filter_load(const struct psd_policy *const *policies,
    size_t n_policies, const struct psd_words *keep, struct psd_diag *diag);

/*
 * Before a reload, and in a program that was executed anew: adds an error for
 * each call that we or policies need and that the filter in force does not let
 * pass: "www.policy:12: needs a restart: system call ptrace".  Returns 0, or
 * -EPERM.
 */
int psd_own_filter_check(const struct psd_policy *const *policies,
    size_t n_policies, struct psd_diag *diag);

/*
 * What is in force: how many entries, and each of them, "read" or
 * "keyctl (operation = KEYCTL_JOIN_SESSION_KEYRING)".  0: there is no filter, and
 * the reason.
 */
size_t psd_own_filter_count(void);
const char *psd_own_filter_entry(size_t i);
const char *psd_own_filter_why_missing(void);

/*
 * In a program that was executed anew, which has the filter already: one of its
 * entries.  0, or -ENOMEM or, for one more than there can be, -E2BIG.
 */
int psd_own_filter_adopt(const char *entry);

#endif
