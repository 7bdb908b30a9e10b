/* SPDX-License-Identifier: ISC */
#ifndef PSD_PIN_H
#define PSD_PIN_H

#include "common/kind.h"

#include <stdbool.h>

/*
 * At the start, while all capabilities are there: finds out whether sockets of
 * TCP can be pinned, for which newer kernels want CAP_NET_ADMIN over their
 * network.  Where they cannot, which a daemon without root must live with, they
 * are handed out unpinned; otherwise what cannot be pinned is not handed out.
 * Returns false when they cannot.
 */
bool psd_pin_probe(void);

/* The same, and the log is told when they cannot. */
void psd_pin_begin(void);

/* What was found out; also by what this process was before a re-exec. */
bool psd_pin_can_tcp(void);
void psd_pin_resume(bool can_tcp);

/*
 * A descriptor is granted for ever, and what its socket can be turned into is
 * more than was checked.  Each of these attaches a filter to fd that the
 * kernel runs for whatever arrives, and locks it, so that neither the filter
 * nor what it leaves of the socket can be changed any more.  0 or -errno.
 */

/*
 * Lets pass what comes from this endpoint, by its address and port, alone.
 * For sockets of this protocol, TCP or UDP, and of the endpoint's own family.
 */
int psd_pin_to_peer(int fd, uint32_t protocol,
    const struct psd_endpoint *endpoint);

/*
 * Lets pass what is meant for this endpoint, where fd is bound, alone; an
 * unspecified address is every one.  With interface, the index of one, what
 * came by another is left out as well.  For sockets of UDP.
 */
int psd_pin_to_self(int fd, const struct psd_endpoint *endpoint,
    unsigned interface);

/*
 * The same for listeners of TCP, and drops what answers a connection that the
 * socket itself began.
 */
int psd_pin_listener(int fd, const struct psd_endpoint *endpoint);

/*
 * Lets pass frames of this ethertype that came by this interface, and by no
 * VLAN within it.  For sockets of AF_PACKET.
 */
int psd_pin_to_link(int fd, unsigned interface, uint16_t ethertype);

/*
 * Lets pass answers to requests for an echo that come from the endpoint's
 * address, alone.  For sockets of SOCK_DGRAM and ICMP.
 */
int psd_pin_to_echo(int fd, const struct psd_endpoint *endpoint);

#endif
