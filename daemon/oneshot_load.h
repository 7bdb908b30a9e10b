/* SPDX-License-Identifier: ISC */
#ifndef PSD_ONESHOT_LOAD_H
#define PSD_ONESHOT_LOAD_H

#include "daemon/loaded.h"
#include "daemon/service.h"

/*
 * Reads the policy that privsepd --run is given and prepares what a start takes,
 * by what the host has.  NULL with diag, and the status that the run ends with.
 */
struct psd_loaded *psd_oneshot_load(struct psd_daemon *daemon,
    struct psd_diag *diag, int *ret_status);

#endif
