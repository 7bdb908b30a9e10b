/* SPDX-License-Identifier: ISC */
#ifndef PSD_BOUND_H
#define PSD_BOUND_H

#include "common/kind.h"

/*
 * Makes a socket of type SOCK_STREAM or SOCK_DGRAM that is bound to exactly
 * this endpoint: an address of IPv6 is for IPv6 alone, as it was judged.  may_share
 * sets SO_REUSEADDR.  Returns a descriptor of the caller's or -errno, and in
 * *ret_place where it is, with the port that the kernel chose for port 0.
 */
int psd_bound_socket(int type, const struct psd_endpoint *endpoint,
    bool may_share, struct psd_endpoint *ret_place);

#endif
