/* SPDX-License-Identifier: ISC */
#ifndef PSD_MONITOR_PLAN_H
#define PSD_MONITOR_PLAN_H

#include "daemon/instance.h"

/*
 * Seals the plan of a monitored instance and sends it over pair, with the
 * Landlock ruleset and with output, where standard error is to go, or
 * PSD_NO_FD.  0 or -errno.
 */
int psd_monitor_send_plan(struct psd_instance *instance,
    const struct psd_birth *birth, int output, int pair);

#endif
