/* SPDX-License-Identifier: ISC */
#ifndef PSD_DOOR_H
#define PSD_DOOR_H

#include "policy/policy.h"

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

/*
 * Gives the socket the mode and group that the service's policy says, and
 * lets clients come to it from now on.  0 or -errno.
 */
int psd_door_watch(struct psd_door *door, struct psd_service *service);

/* Looks at whoever comes, or lets them wait in the kernel. */
void psd_door_enable(struct psd_door *door, bool wanted);

const char *psd_door_path(const struct psd_door *door);

/* Removes the socket.  NULL is fine. */
void psd_door_close(struct psd_door *door);

#endif
