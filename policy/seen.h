/* SPDX-License-Identifier: ISC */
#ifndef PSD_SEEN_H
#define PSD_SEEN_H

#include "common/callargs.h"
#include "policy/policy.h"

/*
 * What a call of a program names, as a watcher has told it (common/watcher.def).
 * For the log alone: it may have been another name by the time that the kernel
 * read it, and nothing is allowed or refused by it.
 */
enum {
	PSD_SEEN_TEXT_MAX = 511,
	/* Of a call with both, and the other registers. */
	PSD_SEEN_CALL_MAX = 2 * PSD_SEEN_TEXT_MAX + 256,
};

struct psd_seen {
	enum psd_call_act act;
	uint32_t access; /* of PSD_ACT_OPEN: PSD_ACCESS_* */
	bool has_path;   /* one that says where it leads */
	bool is_dir;     /* to a directory, as far as is known */
	bool has_endpoint;
	struct psd_endpoint endpoint;
	uint32_t path_len;
	char path[PSD_BYTES_MAX]; /* normal, without links being looked at */
	/* Both names for a reader, escaped and cut; "" when there is none. */
	char texts[PSD_SEEN_NAMES_MAX][PSD_SEEN_TEXT_MAX + 1];
};

/* Reads an answer, of which nothing is believed. */
void psd_seen_read(struct psd_seen *ret, int number, const uint64_t args[6],
    const struct psd_observe_rep *rep);

/*
 * Does the policy let be done what the call is for, as far as the name says?
 * view is what is shown of it, layers what holds the program to it.
 */
bool psd_seen_fits(const struct psd_seen *seen, const struct psd_policy *policy,
    const struct psd_words *view, uint32_t layers);

/* The line that would allow it, or what is to be said instead. */
void psd_seen_suggest(const struct psd_seen *seen,
    const struct psd_policy *policy, char *ret, size_t size);

/* The call, with what it names in place of pointers. */
void psd_seen_print(const struct psd_seen *seen, char *ret, size_t size,
    uint32_t arch, int number, const uint64_t args[6]);

#endif
