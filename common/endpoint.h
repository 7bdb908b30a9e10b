/* SPDX-License-Identifier: ISC */
#ifndef PSD_ENDPOINT_H
#define PSD_ENDPOINT_H

#include "common/kind.h"

#include <sys/socket.h>

/*
 * Internet addresses with ports (struct psd_endpoint of common/kind.h).  None
 * of these functions asks a resolver.
 */

/* "[ffff:...%4294967295]:65535" */
enum { PSD_ENDPOINT_TEXT_MAX = 63 };

/*
 * Has it a family that is known, and nothing where that family has nothing?
 * A scope goes with the link-local addresses of IPv6 only.
 */
bool psd_endpoint_is_valid(const struct psd_endpoint *endpoint);

/*
 * The address that it is: what IPv6 has for an IPv4 address (::ffff:0:0/96)
 * becomes that address of IPv4; all else stays as it is.
 */
struct psd_endpoint psd_endpoint_plain(const struct psd_endpoint *endpoint);

/* Is its address 0.0.0.0 or ::, whatever the port? */
bool psd_endpoint_is_unspecified(const struct psd_endpoint *endpoint);

/* Is its address one of a group: 224.0.0.0/4, ff00::/8? */
bool psd_endpoint_is_multicast(const struct psd_endpoint *endpoint);

/*
 * Makes the address for bind(2) and connect(2) from the fields of a valid
 * endpoint, and returns its length.  The only place where that is done.
 */
socklen_t psd_endpoint_to_sockaddr(const struct psd_endpoint *endpoint,
    struct sockaddr_storage *ret);

/*
 * The other way round, for AF_INET and AF_INET6.  Returns 0, -EAFNOSUPPORT,
 * or -EINVAL when len is too small or a scope has no place there.
 */
int psd_endpoint_from_sockaddr(const struct sockaddr *address, socklen_t len,
    struct psd_endpoint *ret);

/* "127.0.0.1:80", "[fe80::1%2]:80"; cut where full. */
void psd_endpoint_print(char *ret, size_t size,
    const struct psd_endpoint *endpoint);

/* Reads what psd_endpoint_print() writes.  0 or -EINVAL. */
int psd_endpoint_parse(const char *text, struct psd_endpoint *ret);

/* "any", "ipv4", "ipv6"; NULL when there is no such number.  And back: false. */
const char *psd_family_name(uint32_t family);
bool psd_family_find(const char *name, uint32_t *ret);

/* "tcp", "udp", "unix"; NULL when there is no such number. */
const char *psd_protocol_name(uint32_t protocol);

/* The number by its name of len bytes; 0 when there is none. */
uint32_t psd_protocol_find(const char *name, size_t len);

#endif
