/* SPDX-License-Identifier: ISC */
#ifndef PSD_GRANT_NET_H
#define PSD_GRANT_NET_H

#include "policy/build.h"

/*
 * What stands in a line about protocols and addresses.  Each reads a word
 * into grant, and returns NULL, or what is wrong with it.
 */

/* "tcp,udp": those that the operation of row knows, joined by commas. */
const char *psd_grant_net_protocols(const struct psd_op_row *row,
    const char *word, struct psd_grant *grant);

/* "10.0.0.0/8:443", see policy/reach.h.  When memory is short that is told. */
const char *psd_grant_net_reach(struct psd_build *build, const char *word,
    struct psd_grant *grant);

#endif
