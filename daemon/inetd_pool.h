/* SPDX-License-Identifier: ISC */
#ifndef PSD_INETD_POOL_H
#define PSD_INETD_POOL_H

#include "daemon/service.h"

/*
 * Helpers with Type=inetd that wait for their client, as many as Instances=
 * says: started, confined and executed, each in a read() of its standard input,
 * say.  The daemon has the other end of its pair until then.
 */

/*
 * Starts one more.  0 or -errno; a failure counts as one of Restart's
 * (daemon/respawn.h).
 */
int psd_inetd_pool_start(struct psd_service *service);

/* Is there one? */
bool psd_inetd_pool_has_one(const struct psd_service *service);

/*
 * The one that has waited longest and is still there, with its end, which is
 * the caller's; or NULL.
 */
struct psd_instance *psd_inetd_pool_take(struct psd_service *service,
    int *ret_end);

/*
 * Starts what is missing, but not at once: whoever has just come is served
 * first, also where there is one processor.
 */
void psd_inetd_pool_refill(struct psd_service *service);

#endif
