/* SPDX-License-Identifier: ISC */
#ifndef PSD_BIND_H
#define PSD_BIND_H

#include "policy/policy.h"

/*
 * Makes a listening, non-blocking stream socket for an address of a policy;
 * removes a socket file that nobody answers on.  Returns a descriptor, which
 * is the caller's, or -errno.
 */
int psd_bind_listener(const struct psd_listen *want);

#endif
