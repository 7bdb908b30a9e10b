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

/* Is it one of these? */
bool psd_own_is(const struct psd_service *service);

/* It ends, and is asked for nothing more. */
void psd_own_forget(const struct psd_service *service);

#endif
