/* SPDX-License-Identifier: ISC */
#ifndef TEST_FAKE_FILES_H
#define TEST_FAKE_FILES_H

#include "common/ops.h"

/*
 * What the fake daemon does to files and names, without a policy, so that
 * the library can be tested alone.  0, -errno, or -EOPNOTSUPP for a row that
 * is about something else.
 */
int fake_files_perform(const struct psd_op_row *row,
    const union psd_any_req *req, union psd_any_rep *rep);

#endif
