/* SPDX-License-Identifier: ISC */
#ifndef PSD_INETD_H
#define PSD_INETD_H

#include "daemon/service.h"

/*
 * Services with Type=inetd: each client has a helper of its own, started when
 * it comes, whose standard input and output are one end of a pair.  The relay
 * (daemon/relay.h) has the other end, and the client's connection.
 */

/* Could a client be served now? */
bool psd_inetd_may_accept(const struct psd_service *service);

/* The connection of one of its helpers is over. */
void psd_inetd_client_gone(struct psd_instance *instance);

/* Takes the next client of a listener. */
void psd_inetd_accept(struct psd_listener *listener);

#endif
