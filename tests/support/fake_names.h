/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_NAMES_H
#define TEST_FAKE_NAMES_H

#include "common/ops.h"

/*
 * What the daemon without a policy (tests/support/fake_daemon.h) says of
 * names: there is alice, 1000, in users, 100; https, 443/tcp; icmp, 1; and www,
 * which is 192.0.2.1 and 2001:db8::1.  A name that begins with "error-" fails
 * with the number behind it.  0, -errno, or -EOPNOTSUPP for a row that is about
 * something else.
 */
int fake_names_perform(const struct psd_op_row *row,
    const union psd_any_req *req, union psd_any_rep *rep);

#endif
