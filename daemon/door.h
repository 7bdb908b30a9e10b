/* SPDX-License-Identifier: ISC */
#ifndef PSD_DOOR_H
#define PSD_DOOR_H

#include "daemon/store.h"
#include "policy/policy.h"

#include <sys/types.h>

struct psd_daemon;
struct psd_service;

/*
 * RUNTIME_DIR/service/NAME.sock, by which a service's Clients= come.  It
 * listens from the moment it exists; nobody is let in before it is watched.
 */
struct psd_door;

/* 0 or -errno with diag. */
int psd_door_open(struct psd_daemon *daemon, const struct psd_policy *policy,
    struct psd_door **ret, struct psd_diag *diag);

/* It is the service's from now on. */
void psd_door_adopt(struct psd_door *door, struct psd_service *service);

/* What lasts of it beyond this process; the descriptor is borrowed. */
struct psd_door_carried {
	int fd;
	mode_t mode;
	gid_t gid;
	enum psd_holder holder;
};
void psd_door_tell(const struct psd_door *door, struct psd_door_carried *ret);

/*
 * One that was opened before this process was executed anew; takes over its
 * descriptor.  NULL: out of memory.
 */
struct psd_door *psd_door_resume(const struct psd_daemon *daemon,
    const char *name, const struct psd_door_carried *carried);

/*
 * Looks at whoever comes, at a socket that has the mode and group that the
 * service's policy says; or lets them wait in the kernel.  0 or -errno.
 */
int psd_door_enable(struct psd_door *door, bool wanted);

/* Removes the socket, unless the store keeps it.  NULL is fine. */
void psd_door_close(struct psd_store *store, struct psd_door *door);

#endif
