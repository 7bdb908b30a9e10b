/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_ASK_H
#define PSD_CTL_ASK_H

#include "daemon/ctl/ctl.h"

#include <sys/types.h>

/* What became of a question to the daemon. */
enum psd_ctl_fate {
	PSD_CTL_ANSWERED, /* the reply's fields are there */
	PSD_CTL_DECLINED, /* ctl->status is the daemon's -errno */
	PSD_CTL_LOST,     /* no daemon, or no answer; the user was told */
};

/*
 * Asks row op of control.def; connects first where that has not happened.
 * Waits for the answer, a minute at most.  The strings of ret_rep are valid
 * until the next call.
 */
enum psd_ctl_fate psd_ctl_call(struct psd_ctl *ctl, enum psd_op op, void *req,
    void *ret_rep);

/*
 * The same, and the user is told when it was declined; what names its object, a
 * service say.  PSD_CTL_DONE when it was answered, else what to exit with.
 */
enum psd_ctl_exit psd_ctl_ask(struct psd_ctl *ctl, enum psd_op op,
    const char *what, void *req, void *ret_rep);

/*
 * Connects without a word to the user.  Returns 0, or -errno of the runtime
 * directory that counts, whose control.sock is then in ret_path (at least
 * PSD_PATH_MAX + 1 bytes).
 */
int psd_ctl_connect(struct psd_ctl *ctl, char *ret_path);

/*
 * The same to the door of a service, which may take as long as it likes to
 * answer.  ret_fd is the caller's.  0 or -errno.
 */
int psd_ctl_connect_service(const struct psd_ctl *ctl, const char *service,
    int *ret_fd);

/*
 * The user that the daemon runs as, also when it does not run: whoever has its
 * runtime directory, else root.
 */
uid_t psd_ctl_daemon_uid(const struct psd_ctl *ctl);

/*
 * Tells the user why a call was declined; what names its object, a service
 * say.  Returns the exit status.
 */
enum psd_ctl_exit psd_ctl_tell_declined(const struct psd_ctl *ctl,
    enum psd_op op, const char *what);

void psd_ctl_disconnect(struct psd_ctl *ctl);

#endif
