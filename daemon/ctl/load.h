/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_LOAD_H
#define PSD_CTL_LOAD_H

#include "daemon/ctl/ctl.h"
#include "policy/policy.h"

/* Where the policies of services are, most important first. */
struct psd_ctl_dirs {
	const char *at[PSD_CTL_DIRS_MAX + 1]; /* ends with NULL */
	char *text;    /* what they point into, or NULL; owned */
	bool is_guess; /* no daemon could be asked */
};

/* Does what name a file, rather than a service?  A slash, or .policy. */
bool psd_ctl_is_file(const char *what);

/*
 * The directories of --policy-dir, or else those of the daemon, or else, when
 * it cannot be reached, the standard ones, which the user is told.
 */
enum psd_ctl_exit psd_ctl_find_dirs(struct psd_ctl *ctl,
    struct psd_ctl_dirs *ret);
void psd_ctl_free_dirs(struct psd_ctl_dirs *dirs);

/*
 * What it means that a service was not found in dirs: without a daemon to
 * ask it may be elsewhere.
 */
enum psd_ctl_exit psd_ctl_not_found(const struct psd_ctl_dirs *dirs);

/*
 * The policy of a service or file, for reading.  Whatever was found wrong
 * goes to standard error.  A file may be anybody's here.
 */
enum psd_ctl_exit psd_ctl_load(struct psd_ctl *ctl, const char *what,
    struct psd_policy **ret_policy);

/* Judges a file as privsepctl check does (daemon/ctl/cmd_check.c). */
void psd_ctl_check_file(const char *path, struct psd_diag *diag);

#endif
