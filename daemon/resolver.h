/* SPDX-License-Identifier: ISC */
#ifndef PSD_DAEMON_RESOLVER_H
#define PSD_DAEMON_RESOLVER_H

#include "daemon/daemon.h"

/*
 * The resolver: a service of the daemon's own, whose helpers
 * (helper/resolver/) do what needs name service.  It runs while a loaded policy
 * grants such an operation, and is confined as other helpers are, but for the
 * network, which is the host's.
 */

/* Its helpers: one may hang, and there is another. */
enum { PSD_RESOLVERS = 2 };

/* Its name among the services, which no policy can have. */
#define PSD_RESOLVER_NAME "(resolver)"

/*
 * Prepares it when one of the policies grants what it is for; *ret is a first
 * reference, or NULL when it is not needed.  0, or -errno with diag.
 */
int psd_resolver_prepare(struct psd_daemon *daemon,
    const struct psd_policy *const *policies, size_t n,
    struct psd_loaded **ret_loaded, struct psd_diag *diag);

/*
 * Puts in force what was prepared (takes it over); NULL ends it.  0 or
 * -ENOMEM.
 */
int psd_resolver_change(struct psd_daemon *daemon, struct psd_loaded *loaded);

/*
 * It sees /etc/hosts, resolv.conf and the like as they were when its view was
 * made.  When one of them was replaced since, makes another view with fresh
 * helpers; looks at most once a second.
 */
void psd_resolver_refresh(struct psd_daemon *daemon);

#endif
