/* SPDX-License-Identifier: ISC */
#ifndef PSD_HASH_H
#define PSD_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a: it tells one thing from another where nobody gains by two that have
 * one hash.
 */
#define PSD_HASH_BEGIN UINT64_C(14695981039346656037)

/* What the hash is with these bytes behind the others. */
uint64_t psd_hash_on(uint64_t hash, const void *bytes, size_t len);

#endif
