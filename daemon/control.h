/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONTROL_H
#define PSD_CONTROL_H

#include "common/ops.h"
#include "daemon/daemon.h"

/*
 * Listens on RUNTIME_DIR/control.sock for privsepctl, mode 0660, of the
 * group "privsepd" where there is one.  0 or -errno.
 */
int psd_control_open(struct psd_daemon *daemon);

/* Ends all conversations, and removes the socket.  NULL is fine. */
void psd_control_close(struct psd_control *control);

/* Performs one row of control.def; daemon/control_ops.c.  0 or -errno. */
int psd_control_perform(struct psd_daemon *daemon, const struct psd_op_row *row,
    const union psd_any_req *req, union psd_any_rep *rep);

#endif
