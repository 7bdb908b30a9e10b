/* SPDX-License-Identifier: ISC */
#ifndef PSD_REQUEST_WORD_H
#define PSD_REQUEST_WORD_H

#include "common/kind.h"

#include <stdbool.h>

/* How people write down the fields of a request: one word a field. */

/* What a word for this kind has to be, for a message. */
const char *psd_request_wants(enum psd_kind kind);

/*
 * Writes word as the field at at, whose strings point into word.  False when
 * it is nothing of this kind.
 */
bool psd_request_word(enum psd_kind kind, const char *word, void *at);

#endif
