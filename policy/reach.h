/* SPDX-License-Identifier: ISC */
#ifndef PSD_REACH_H
#define PSD_REACH_H

#include "common/kind.h"

/* Ranges of ports that one line may list. */
enum { PSD_REACH_PORTS_MAX = 32 };

struct psd_port_range {
	uint16_t from, to;
};

/* The addresses and ports of one line: "10.0.0.0/8:443,8000-8099". */
struct psd_reach {
	bool is_any;     /* "*": every address that is not special */
	uint16_t family; /* PSD_FAMILY_* */
	uint8_t bits;    /* that count of address; the others are 0 */
	unsigned char address[PSD_ADDRESS_LEN];
	bool is_any_port; /* "*": port 0 as well */
	size_t n_ports;
	struct psd_port_range ports[PSD_REACH_PORTS_MAX];
};

/*
 * Reads ADDRESS:PORTS.  ADDRESS is an address of IPv4, one of IPv6 in
 * brackets, either with /BITS behind it, or *; PORTS is *, or numbers and
 * ranges joined by commas.  Returns NULL, or what is wrong.
 */
const char *psd_reach_parse(const char *text, struct psd_reach *ret);

/*
 * Does an Allow line cover the endpoint?  Loopback, link-local, multicast,
 * unspecified and broadcast addresses are covered only by an address or
 * prefix that lies among them: who writes * or 0.0.0.0/0 means other hosts.
 */
bool psd_reach_covers(const struct psd_reach *reach,
    const struct psd_endpoint *endpoint);

/* Does a Deny line speak of it?  There * is every address. */
bool psd_reach_touches(const struct psd_reach *reach,
    const struct psd_endpoint *endpoint);

/* Does reach certainly cover all that other does?  Both may be NULL. */
bool psd_reach_contains(const struct psd_reach *reach,
    const struct psd_reach *other);

/*
 * An order in which only those are equal that were written alike: less than 0,
 * 0 or more.  NULL comes first.
 */
int psd_reach_order(const struct psd_reach *a, const struct psd_reach *b);

/* Is the port among those of the line? */
bool psd_reach_has_port(const struct psd_reach *reach, uint16_t port);

/* May a port below 1024 be asked for? */
bool psd_reach_has_low_port(const struct psd_reach *reach);

#endif
