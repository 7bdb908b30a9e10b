/* SPDX-License-Identifier: ISC */
#ifndef PSD_HOST_PROBE_H
#define PSD_HOST_PROBE_H

#include <stdbool.h>

/* In a user namespace where our own id is the only one. */
bool psd_host_is_rootless(void);

/* CAP_SETUID and CAP_SETGID, over more ids than our own. */
bool psd_host_may_change_ids(void);

/* CAP_SETPCAP: securebits can be locked, the bounding set emptied. */
bool psd_host_may_drop_privileges(void);

/*
 * Lets a child load a filter that allows everything, with a listener or
 * without.  0 or -errno.
 */
int psd_host_probe_filter(bool with_listener);

/*
 * Helpers' executables get descriptor numbers above the helpers' limit, so
 * ours has to be higher: as high as it may be.
 */
void psd_host_raise_nofile(void);

#endif
