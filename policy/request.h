/* SPDX-License-Identifier: ISC */
#ifndef PSD_REQUEST_H
#define PSD_REQUEST_H

#include "common/ops.h"

/*
 * The operation that a person means: "read_directory" as the catalogue has
 * it, or "ReadDirectory" as a policy's keys do.  NULL when there is none.
 */
const struct psd_op_row *psd_request_find(const char *name, size_t len);

/*
 * Makes a request of row from words, one for each field in order.  Fields at
 * the end of which no grant speaks may be left out.  Returns 0 and the fields
 * in ret_req (row's member of it), whose strings point into words, or -EINVAL
 * and in ret_wrong what is wrong and what was wanted.
 */
int psd_request_parse(const struct psd_op_row *row, const char *const *words,
    size_t n_words, union psd_any_req *ret_req, char *ret_wrong, size_t size);

#endif
