/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_GATHER_H
#define PSD_CTL_GATHER_H

#include "daemon/ctl/ctl.h"

/*
 * What the daemon tells, as JSON under the names of control.def.  Each returns
 * PSD_CTL_DONE, or another exit status after telling the user.
 */
enum psd_ctl_exit psd_ctl_ask_daemon(struct psd_ctl *ctl, json_t **ret);

/* Adds the service named to services, or all when only is NULL. */
enum psd_ctl_exit psd_ctl_ask_services(struct psd_ctl *ctl, const char *only,
    json_t *services);

/*
 * Adds what there is of a service to list: its instances, each with the name of
 * the service; the operations that were asked for; how long requests took; the
 * memory of its instances.
 */
typedef enum psd_ctl_exit psd_ctl_ask_list(struct psd_ctl *ctl,
    const char *service, json_t *list);
psd_ctl_ask_list psd_ctl_ask_instances;
psd_ctl_ask_list psd_ctl_ask_operations;
psd_ctl_ask_list psd_ctl_ask_latency;
psd_ctl_ask_list psd_ctl_ask_memory;

/*
 * All of this together: the daemon, services, each with its latency and memory,
 * and when all is wanted, instances and each service's operations.  ret is the
 * caller's.
 */
enum psd_ctl_exit psd_ctl_sample(struct psd_ctl *ctl, bool wants_all,
    json_t **ret);

#endif
