/* SPDX-License-Identifier: ISC */
#ifndef PSD_LIST_H
#define PSD_LIST_H

#include "common/kind.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The lists that one field can hold: the kinds targets, names and ids.  The
 * codec lets a list pass only when all of it is good, so what walks through
 * one that was received has nothing left to check.
 */

/* Of a socket's type, on the wire; the numbers of no system. */
enum psd_socket_type {
	PSD_SOCKET_ANY,
	PSD_SOCKET_STREAM,
	PSD_SOCKET_DATAGRAM,
	PSD_SOCKET_RAW,
};

/* Where to connect to, and how: what getaddrinfo(3) finds. */
struct psd_target {
	uint32_t type;     /* PSD_SOCKET_* */
	uint32_t protocol; /* IPPROTO_* */
	struct psd_endpoint endpoint;
};

/* Bytes of one target, and of one id. */
enum {
	PSD_TARGET_LEN = 8 + PSD_ENDPOINT_LEN,
	PSD_TARGETS_MAX = PSD_BYTES_MAX / PSD_TARGET_LEN,
	PSD_ID_LEN = 4,
	PSD_IDS_MAX = PSD_BYTES_MAX / PSD_ID_LEN,
};

/* May a field of this kind, which is one of a list, hold these bytes? */
bool psd_list_is_valid(enum psd_kind kind, const struct psd_bytes *list);

size_t psd_targets_count(const struct psd_bytes *list);
struct psd_target psd_targets_get(const struct psd_bytes *list, size_t i);

/* Writes a target into PSD_TARGET_LEN bytes. */
void psd_targets_put(unsigned char *ret, const struct psd_target *target);

size_t psd_ids_count(const struct psd_bytes *list);
uint32_t psd_ids_get(const struct psd_bytes *list, size_t i);
void psd_ids_put(unsigned char *ret, uint32_t id);

/* The string at *at, which then is where the next one is; NULL at the end. */
const char *psd_names_next(const struct psd_bytes *list, size_t *at);

#endif
