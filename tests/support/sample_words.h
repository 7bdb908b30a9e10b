/* SPDX-License-Identifier: ISC */
#ifndef TEST_SAMPLE_WORDS_H
#define TEST_SAMPLE_WORDS_H

#include "common/ops.h"

/* As they are written for privsepctl explain; "%s" is the directory. */
struct sample_words {
	const char *there, *missing; /* in a request */
	const char *covers, *other;  /* in a line of a policy */
};

/* Those of a field of a row; NULL where it has none. */
struct sample_words sample_words_of(const struct psd_op_row *row,
    const struct psd_field *field);

#endif
