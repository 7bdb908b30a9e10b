/* SPDX-License-Identifier: ISC */
#ifndef PSD_RESPAWN_H
#define PSD_RESPAWN_H

#include "daemon/service.h"

/*
 * Whether and when a service starts helpers again after one has ended: as
 * Restart= says, at once after a long life, else after RestartSec= doubled
 * with each failure in a row, up to a minute.  After StartLimitBurst= of them
 * the service is called held back.
 */

/*
 * Makes what waits for the next start, so that this takes no memory when there
 * may be none.  0 or -errno; psd_respawn_end() frees it.
 */
int psd_respawn_prepare(struct psd_service *service);
void psd_respawn_end(struct psd_service *service);

/* May an instance be started now? */
bool psd_respawn_may(const struct psd_service *service);

/* An instance has ended, or could not be started (lived_usec 0). */
void psd_respawn_after(struct psd_service *service, enum psd_ending ending,
    uint64_t lived_usec);

/* The next start is due then. */
void psd_respawn_at(struct psd_service *service, uint64_t due_usec);

/* No start is due any more. */
void psd_respawn_cancel(struct psd_service *service);

/* Forgets all failures. */
void psd_respawn_reset(struct psd_service *service);

#endif
