/* SPDX-License-Identifier: ISC */
#ifndef PSD_EXPLAIN_VIEW_H
#define PSD_EXPLAIN_VIEW_H

#include "policy/explain.h"

/*
 * psd_explain() for a program that opens files itself (policy/view.h): what
 * its view says of open, and that it can ask for nothing else.
 */
enum psd_answer psd_explain_view(const struct psd_policy *policy,
    const struct psd_op_row *row, const void *req, char *ret, size_t size);

#endif
