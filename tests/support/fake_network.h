/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_NETWORK_H
#define TEST_FAKE_NETWORK_H

#include "common/ops.h"

/*
 * What the daemon without a policy (tests/support/fake_daemon.h) does on the
 * network: loopback only, whatever the helper wants.  Each returns 0 or
 * -errno.
 */
int fake_network_listen(const struct psd_listen_req *req,
    struct psd_listen_rep *rep);
int fake_network_bind(const struct psd_bind_req *req, struct psd_bind_rep *rep);
int fake_network_connect(const struct psd_connect_req *req,
    struct psd_connect_rep *rep);

#endif
