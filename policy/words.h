/* SPDX-License-Identifier: ISC */
#ifndef PSD_WORDS_H
#define PSD_WORDS_H

#include <stddef.h>

/* What a look for the next word found. */
enum psd_word_found {
	PSD_WORD_FOUND,
	PSD_WORD_END,    /* there are no more */
	PSD_WORD_QUOTE,  /* a quote is not closed, or text follows its end */
	PSD_WORD_ESCAPE, /* a backslash with something that is no C escape */
	PSD_WORD_LONG,   /* it does not fit */
};

/*
 * Takes the next word from *at, separated by white space, with "quotes",
 * 'quotes' and C escapes undone as systemd.syntax(7) has them, and writes it
 * into ret (size bytes, closed by NUL).  Moves *at behind it.
 */
enum psd_word_found psd_words_next(const char **at, char *ret, size_t size);

/* What to tell of a word that could not be taken. */
const char *psd_words_wrong(enum psd_word_found found);

/*
 * Writes text as a word of a setting's value, with quotes where it has to have
 * some and %% for %, into ret (size bytes, at least 1; closed by NUL, cut
 * where full); 4 bytes for each of text's and 3 more suffice.  Returns the
 * length written.
 */
size_t psd_words_print(char *ret, size_t size, const char *text);

#endif
