/* SPDX-License-Identifier: ISC */
#include "policy/explain.h"

#include <errno.h>
#include <string.h>

int
psd_explain_pack(char *const *words, size_t n_words, unsigned char *ret,
    size_t size, struct psd_bytes *ret_packed)
{
	size_t len = 0;

	if (n_words > PSD_EXPLAIN_WORDS_MAX)
		return -E2BIG;
	for (size_t i = 0; i < n_words; i++) {
		const size_t n = strlen(words[i]) + 1;

		if (size - len < n || PSD_BYTES_MAX - len < n)
			return -E2BIG;
		memcpy(ret + len, words[i], n);
		len += n;
	}
	ret_packed->at = ret;
	ret_packed->len = (uint32_t)len;
	return 0;
}
