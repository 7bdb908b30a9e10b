/* SPDX-License-Identifier: ISC */
#ifndef PSD_OWN_CALLS_H
#define PSD_OWN_CALLS_H

#include "policy/callgroup.h"

/*
 * The system calls that the daemon makes whatever its policies say: those of
 * daemon/own_calls.def, and those that operations call for (SYS rows of
 * common/ops.def).  A call may have several rows.
 */
extern const struct psd_call_row psd_own_call_rows[];
extern const size_t psd_own_call_count;

#endif
