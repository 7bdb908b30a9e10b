/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_TRACE_H
#define PSD_CTL_TRACE_H

#include "daemon/ctl/start.h"

/*
 * Waits until a native helper's privsepd has ended, and prints what it tells of
 * the helper's frames: a line each on standard error, or a JSON object each on
 * standard output.  SIGINT and SIGTERM end the helper, and the second one us.
 * 0, or -errno after saying why.
 */
int psd_ctl_trace(const struct psd_start *start, bool as_json);

#endif
