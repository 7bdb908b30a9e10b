/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_WATCHER_H
#define PSD_CTL_WATCHER_H

#include "common/conv.h"
#include "common/ops.h"

#include <linux/seccomp.h>
#include <sys/types.h>

/*
 * The watcher (helper/watcher/) as privsepctl has one, of a program that it
 * observes: a process with a filter, no file of its own and the user's own
 * rights, without which it could not look.
 */
struct psd_ctl_watcher {
	pid_t pid; /* -1: none */
	struct psd_conv conv;
	uint32_t last_id;
	struct psd_frame frame; /* the last answer, which fields point into */
};

/*
 * Starts the watcher that was built or installed with us.  0 or -errno, after
 * saying why.  In both cases psd_ctl_watcher_end() follows.
 */
int psd_ctl_watcher_start(struct psd_ctl_watcher *watcher);

/* Lets it look at what waits at a listener, which stays the caller's. */
int psd_ctl_watcher_show(struct psd_ctl_watcher *watcher, int listener);

/*
 * What a call that waits names, valid until the next question.  0, -ENOENT when
 * it does not wait any more, or another -errno: there is no watcher any more.
 */
int psd_ctl_watcher_ask(struct psd_ctl_watcher *watcher,
    const struct seccomp_notif *request, struct psd_observe_rep *ret);

void psd_ctl_watcher_end(struct psd_ctl_watcher *watcher);

#endif
