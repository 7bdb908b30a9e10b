/* SPDX-License-Identifier: ISC */
#ifndef PSD_ONESHOT_HELPER_H
#define PSD_ONESHOT_HELPER_H

#include "daemon/service.h"

/*
 * The part of privsepd --run that is for a native helper: it has listeners and
 * a conversation, and no input and output that anybody would move.
 */

/* Errors for what takes a daemon, or whoever else is there. */
void psd_oneshot_check_helper(struct psd_policy *policy,
    const struct psd_config *config, struct psd_diag *diag);

/*
 * What its service listens at, while we have what that takes.  0 or -errno with
 * diag; what was made is the caller's either way.
 */
int psd_oneshot_prepare_helper(struct psd_daemon *daemon,
    const struct psd_policy *policy, struct psd_listeners *ret_listeners,
    struct psd_diag *diag);

/*
 * Starts it.  Returns 0 and where whoever runs it is told of its frames, or, of
 * a run that is not traced, of nothing but its end; or -errno.
 */
int psd_oneshot_start_helper(struct psd_service *service, int *ret_end);

#endif
