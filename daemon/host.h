/* SPDX-License-Identifier: ISC */
#ifndef PSD_HOST_H
#define PSD_HOST_H

#include "daemon/cgroup.h"
#include "daemon/uid.h"
#include "policy/policy.h"

enum { PSD_LAYERS = 7, PSD_REASON_MAX = 192 };

/* What the administrator said, privsepd.conf(5). */
struct psd_host_settings {
	uid_t uid_first; /* UidRange= */
	uint32_t n_uids;
	const char *control_group; /* ControlGroup=, or NULL: look for it */
	bool shares_uids; /* with other daemons and monitors of this host */
	bool is_monitor;  /* of one process, which is there already */
	/*
	 * Of one program's run, which is short.  Namespaces are taken for
	 * granted then until the program's cannot be made: to make some for a
	 * trial takes as long.  And we do not move into a control group of ours.
	 */
	bool is_run;
};

/*
 * What all services share: the range of uids, the control group, and which
 * layers of confinement this kernel, and whoever started us, let us have.
 */
struct psd_host {
	uint32_t layers; /* PSD_LAYER_* that can be had */
	char missing[PSD_LAYERS][PSD_REASON_MAX]; /* why not, or not whole */
	int null_fd;
	int landlock_abi;
	bool is_rootless;        /* in a user namespace of our own making */
	bool set_ids;            /* uids can be given to helpers */
	bool expects_namespaces; /* of a run, and not tried yet */
	bool is_unprivileged;    /* as in struct psd_plan */
	struct psd_uid_range uids;
	struct psd_cgroup cgroup;
};

/*
 * Looks at everything once, after psd_rootless_enter() and before
 * psd_spawn_prepare_process().  A layer that cannot be had is no error; it
 * is missing, with a reason.  0, or -errno with diag.
 */
int psd_host_init(struct psd_host *host,
    const struct psd_host_settings *settings, struct psd_diag *diag);
void psd_host_free(struct psd_host *host);

/*
 * After those of a service could not be made: were they taken for granted, and
 * are they missing?
 */
bool psd_host_lacks_namespaces(struct psd_host *host);

/* "uid landlock namespaces"; cut where full. */
void psd_layers_print(uint32_t layers, char *ret, size_t size);

/* One line for each missing layer: "cgroup: no cgroup2 is mounted\n". */
void psd_layers_print_missing(const struct psd_host *host, char *ret,
    size_t size);

#endif
