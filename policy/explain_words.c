/* SPDX-License-Identifier: ISC */
#include "policy/explain.h"

#include <string.h>

bool
psd_explain_unpack(const struct psd_bytes *packed,
    struct psd_explain_words *ret)
{
	size_t at = 0;

	ret->n = 0;
	while (at < packed->len) {
		const char *word = (const char *)packed->at + at;
		const char *end = memchr(word, '\0', packed->len - at);

		if (end == NULL || ret->n == PSD_EXPLAIN_WORDS_MAX)
			return false;
		ret->at[ret->n++] = word;
		at += (size_t)(end - word) + 1;
	}
	return true;
}
