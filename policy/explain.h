/* SPDX-License-Identifier: ISC */
#ifndef PSD_EXPLAIN_H
#define PSD_EXPLAIN_H

#include "policy/policy.h"

/*
 * What a policy says of a request that a person wrote down as words: "open
 * read /srv/www/index.html".  Used by privsepctl for a file and by the daemon
 * for a service, so that both say the same.
 */
enum psd_answer {
	PSD_ANSWER_REFUSED = 0, /* these go over control.sock */
	PSD_ANSWER_ALLOWED = 1,
	PSD_ANSWER_UNCLEAR = 2, /* the words do not make a request */
};

enum { PSD_EXPLAIN_WORDS_MAX = 16 };

/*
 * Puts words one behind the other into ret, each closed by NUL, as
 * psd_explain() takes them.  Returns 0 and what ret then holds, or -E2BIG.
 */
int psd_explain_pack(char *const *words, size_t n_words, unsigned char *ret,
    size_t size, struct psd_bytes *ret_packed);

/* The words that were packed, each within it. */
struct psd_explain_words {
	const char *at[PSD_EXPLAIN_WORDS_MAX];
	size_t n;
};

/* The other way.  False when they are too many, or not closed by NUL. */
bool psd_explain_unpack(const struct psd_bytes *packed,
    struct psd_explain_words *ret);

/*
 * Judges operation with packed arguments, in a phase of the policy's or ("")
 * in any, and writes why into ret as lines of
 * text, the last one without \n: the verdict and the request, the line that
 * decides, and when it is refused the line that would allow it.  ret holds at
 * most size bytes; PSD_TEXT_MAX + 1 always suffices.  Neither operation nor
 * arguments nor phase are trusted.  Makes no system call that touches a file.
 */
enum psd_answer psd_explain(const struct psd_policy *policy,
    const struct psd_str *operation, const struct psd_bytes *arguments,
    const char *phase, char *ret, size_t size);

#endif
