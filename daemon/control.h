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

/*
 * The same with a socket that listened before a re-exec, which it takes over.
 */
int psd_control_resume(struct psd_daemon *daemon, int fd);

/* Ends all conversations, and removes the socket.  NULL is fine. */
void psd_control_close(struct psd_control *control);

/* Answers whoever waits for op: status 0 and rep, or -errno. */
void psd_control_finish(struct psd_control *control, enum psd_op op, int status,
    union psd_any_rep *rep);

/*
 * Performs one row of control.def; daemon/control_ops.c.  0, -errno, or
 * PSD_LATER when psd_control_finish() will answer.
 */
int psd_control_perform(struct psd_daemon *daemon, const struct psd_op_row *row,
    const union psd_any_req *req, union psd_any_rep *rep);

#endif
