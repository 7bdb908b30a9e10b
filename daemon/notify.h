/* SPDX-License-Identifier: ISC */
#ifndef PSD_NOTIFY_H
#define PSD_NOTIFY_H

#include "daemon/service.h"

/* Names of services in that state: "held back: one, other"; cut where full. */
void psd_notify_name(const struct psd_daemon *daemon,
    enum psd_service_state state, char *ret, size_t size);

/*
 * What the service manager is told, sd_notify(3); without one, nothing.
 */
void psd_notify_ready(const struct psd_daemon *daemon);

/* What is told of services and helpers has changed; it is told soon. */
void psd_notify_change(struct psd_daemon *daemon);

void psd_notify_reloading(void);
void psd_notify_stopping(void);

#endif
