/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONTROL_OPS_H
#define PSD_CONTROL_OPS_H

#include "common/ops.h"

struct psd_daemon;

/*
 * psd_do_ctl_status() and so on, one a row of control.def: 0 or -errno.
 * Strings that they put into rep are valid until the next one.
 */
#define OP(name, number, text) \
	int psd_do_##name(struct psd_daemon *daemon, \
	    const struct psd_##name##_req *req, struct psd_##name##_rep *rep);
#include "common/ops_rows.h"
#include "common/control.def"
#include "common/ops_clear.h"

#endif
