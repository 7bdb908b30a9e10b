/* SPDX-License-Identifier: ISC */
#ifndef PSD_ORIGIN_H
#define PSD_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where a client of Type=inetd comes from, for MaxConnectionsPerSource=. */
struct psd_origin {
	uint8_t address[16]; /* IPv6, or IPv4 mapped to it; else uid */
	uid_t uid;
	bool is_local;
};

/*
 * Looks at a client's connection.  0 or -errno, when it is over already.
 */
int psd_origin_look(int fd, struct psd_origin *ret);

bool psd_origin_is_same(const struct psd_origin *a, const struct psd_origin *b);

/* Variables that PeerEnvironment=yes sets, of either kind of client. */
enum { PSD_ORIGIN_VARIABLES = 7, PSD_ORIGIN_VARIABLE_SIZE = 160 };

/* They need no memory but this; not to be copied. */
struct psd_origin_environment {
	char text[PSD_ORIGIN_VARIABLES][PSD_ORIGIN_VARIABLE_SIZE];
	char *list[PSD_ORIGIN_VARIABLES + 1]; /* NAME=value, ends with NULL */
};

/*
 * What a client's server is told of both ends of its connection: addresses
 * and ids of the kernel's, nothing that the client says and no names.  0 or
 * -errno, when it is over already.
 */
int psd_origin_describe(int fd, struct psd_origin_environment *ret);

#endif
