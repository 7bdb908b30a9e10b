/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_NETWORK_H
#define TEST_FAKE_NETWORK_H

#include "common/ops.h"

/*
 * What the daemon without a policy (tests/support/fake_daemon.h) does on the
 * network: loopback and paths only, whatever the helper wants.  0, -errno, or
 * -EOPNOTSUPP for a row that is about something else.
 */
int fake_network_perform(const struct psd_op_row *row,
    const union psd_any_req *req, union psd_any_rep *rep);

/* One end of a pair; nobody has the other. */
int fake_network_clone(struct psd_clone_rep *rep);

#endif
