/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_TRACE_JSON_H
#define PSD_CTL_TRACE_JSON_H

#include "common/ops.h"
#include "common/trace.h"

#include <jansson.h>

/*
 * One event as an object.  row and fields are those of its frame, or NULL where
 * it cannot be decoded.  The caller's; NULL when memory is short.
 */
json_t *psd_ctl_trace_json(const struct psd_trace *trace,
    const struct psd_op_row *row, const struct psd_field *layout,
    const void *fields);

#endif
