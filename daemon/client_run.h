/* SPDX-License-Identifier: ISC */
#ifndef PSD_CLIENT_RUN_H
#define PSD_CLIENT_RUN_H

#include "daemon/client.h"

#include <stdint.h>

/*
 * Clients of services with Type=filter: each is given the other end of a
 * program of its own, and the daemon keeps the connection, by which it is told
 * of the end.
 */

/* May one more program be started now? */
bool psd_client_may_run(const struct psd_service *service);

/* Starts a program for one who waits, or refuses him. */
void psd_client_run(struct psd_client *client);

/* Watches the connection of one that a program runs for.  0 or -errno. */
int psd_client_watch_program(struct psd_client *client,
    struct psd_instance *program);

/*
 * The connection of whoever a program runs for, as epoll(7) tells of it:
 * closed, and it is killed; shut down, and it is overdue and killed.
 */
void psd_client_heard(struct psd_instance *program, uint32_t events);

/* Tells whoever it ran for, by a daemon, that it has ended with this status. */
void psd_client_tell_end(const struct psd_instance *program, int status);

/* The same of one who is not served. */
void psd_client_tell_not_run(int fd, int status);

#endif
