/* SPDX-License-Identifier: ISC */
#ifndef PSD_EXPLAIN_VIEW_H
#define PSD_EXPLAIN_VIEW_H

#include "policy/explain.h"

/*
 * The line that would show a file so, in the words that a view knows, or what
 * is to be said instead.
 */
void psd_explain_view_line(const struct psd_open_req *req,
    const struct psd_policy *policy, char *ret, size_t size);

/* The same for a directory, which is shown with all beneath it. */
void psd_explain_view_tree(const struct psd_open_req *req, char *ret,
    size_t size);

/*
 * psd_explain() for a program that opens files itself (policy/view.h): what
 * its view says of open, and that it can ask for nothing else.
 */
enum psd_answer psd_explain_view(const struct psd_policy *policy,
    const struct psd_op_row *row, const void *req, char *ret, size_t size);

#endif
