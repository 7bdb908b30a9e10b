/* SPDX-License-Identifier: ISC */
#ifndef PSD_ERRAND_CHILD_H
#define PSD_ERRAND_CHILD_H

#include "daemon/errand.h"

#include <sys/types.h>

/* Whose name it acts in. */
struct psd_errand_ids {
	uid_t uid;
	gid_t gid;
	pid_t daemon;     /* the parent, unless that died meanwhile */
	bool must_change; /* false where the daemon's own are the helper's */
};

/* The whole life of the child: ends with 0 or an errno as its exit status. */
_Noreturn void psd_errand_child(const struct psd_errand_ids *ids,
    const struct psd_errand_task *task);

#endif
