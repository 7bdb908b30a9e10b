/* SPDX-License-Identifier: ISC */
#include "common/hash.h"

uint64_t
psd_hash_on(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * UINT64_C(1099511628211);
	return hash;
}
