/* SPDX-License-Identifier: ISC */
#ifndef PSD_OWN_H
#define PSD_OWN_H

#include "daemon/daemon.h"

/*
 * Services of the daemon's own: they are there while some policy needs them.
 * Puts loaded in force (takes it over) as *own, one of the daemon's fields;
 * NULL ends it.  0 or -ENOMEM.
 */
int psd_own_change(struct psd_daemon *daemon, struct psd_service **own,
    struct psd_loaded *loaded);

/*
 * All of them together, on their way into force with the policies that need
 * them.
 */
enum { PSD_OWNS = 3 };

struct psd_owns {
	struct psd_loaded *at[PSD_OWNS]; /* NULL: nobody needs it */
	bool is_needed[PSD_OWNS];
};

/* Looks which the policies need, and prepares those.  0 or -errno with diag. */
int psd_owns_prepare(struct psd_daemon *daemon,
    const struct psd_policy *const *policies, size_t n, struct psd_owns *ret,
    struct psd_diag *diag);

/*
 * Those that are needed come before whoever needs them, 0 or -ENOMEM, and the
 * others go when nobody does any more.
 */
int psd_owns_come(struct psd_daemon *daemon, struct psd_owns *owns);
void psd_owns_go(struct psd_daemon *daemon, const struct psd_owns *owns);

/* What was prepared and did not come. */
void psd_owns_free(struct psd_owns *owns);

/* Is it one of these? */
bool psd_own_is(const struct psd_service *service);

/* It ends, and is asked for nothing more. */
void psd_own_forget(const struct psd_service *service);

#endif
