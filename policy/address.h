/* SPDX-License-Identifier: ISC */
#ifndef PSD_ADDRESS_H
#define PSD_ADDRESS_H

#include <sys/socket.h>

/*
 * Reads an address to listen on: PORT (all addresses, IPv6 and IPv4 where the
 * system has both), 0.0.0.0:PORT, [::]:PORT, /absolute/path, @abstract.  Asks
 * no resolver.  Returns 0, or -EINVAL, or -ENAMETOOLONG for a local address of
 * more than 107 bytes.
 */
int psd_address_parse(const char *text, struct sockaddr_storage *ret,
    socklen_t *ret_len);

#endif
