/* SPDX-License-Identifier: ISC */
#ifndef PSD_DAEMON_WATCHER_H
#define PSD_DAEMON_WATCHER_H

#include "daemon/daemon.h"
#include "daemon/instance.h"

/*
 * Watchers: a service of the daemon's own, whose helpers (helper/watcher/) read
 * what the calls of programs name.  It is there while a loaded policy has
 * ReportOpens=yes; each instance of such a policy has a watcher with its own
 * uid (daemon/watch.h).
 */

/* Its name among the services, which no policy can have. */
#define PSD_WATCHER_NAME "(watcher)"

/* Makes a policy that was read a watcher's. */
void psd_watcher_mark(struct psd_policy *policy);

/* As psd_resolver_prepare() and psd_resolver_change(). */
int psd_watcher_prepare(struct psd_daemon *daemon,
    const struct psd_policy *const *policies, size_t n,
    struct psd_loaded **ret_loaded, struct psd_diag *diag);
int psd_watcher_change(struct psd_daemon *daemon, struct psd_loaded *loaded);

#endif
