/* SPDX-License-Identifier: ISC */
#ifndef PSD_BUILD_H
#define PSD_BUILD_H

#include "policy/arena.h"
#include "policy/file.h"
#include "policy/policy.h"
#include "policy/syntax.h"

/* A policy being compiled: what only its reading has to know. */
struct psd_build {
	struct psd_policy *policy;
	struct psd_diag *diag;
	unsigned flags; /* enum psd_load_flags */
	bool is_short;  /* of memory: nothing more is done, it is lost */
	bool is_asked;  /* by a helper, for whom nothing is looked up */

	size_t n_argv, n_environment; /* without the NULL */
	struct psd_where user_where, dynamic_user_where, require_where,
	    violation_where;
	const char *start_key; /* the first that is of a start, or NULL */
	const char *talk_key; /* the first that is of a conversation, or NULL */
	struct psd_where talk_where;
	const char *door_key; /* the first that is of clients, or NULL */
	struct psd_where door_where;
	const char *starts_key; /* the first that no filter has, or NULL */
	struct psd_where starts_where;
	struct psd_where instances_where;
	const char *others_key; /* the first that is not for inetd, or NULL */
	struct psd_where others_where;
	const char *inetd_key; /* the first that is for inetd alone, or NULL */
	struct psd_where inetd_where;
	const char *pool_key; /* the first that is for a pool, or NULL */
	struct psd_where pool_where;
	struct psd_where peer_where;   /* of PeerEnvironment= */
	struct psd_where pass_where;   /* of Pass= */
	struct psd_where idle_where;   /* of IdleTimeoutSec= */
	struct psd_where output_where; /* of StandardError= */
	struct psd_where start_where;
	bool has_dynamic_user; /* DynamicUser= was said */
	bool dynamic_user;
	struct {
		bool is_set;
		struct rlimit value;
	} limits[RLIM_NLIMITS];

	char word[PSD_FILE_LINE_MAX + 1]; /* the one being looked at */
};

/*
 * A policy that denies everything; name and file are copied.  NULL: out of
 * memory.
 */
struct psd_policy *psd_build_policy(const char *name, const char *file);

/* Tells that memory is short. */
void psd_build_no_memory(struct psd_build *build);

/* A copy of text in the policy; NULL when memory is short, which is told. */
char *psd_build_copy(struct psd_build *build, const char *text);

/* psd_arena_grow() in the policy that tells when memory is short. */
void *psd_build_grow(struct psd_build *build, void *array, size_t n,
    size_t size);

/*
 * Takes the next word of setting's value from *at into build->word.  False at
 * the end, and after telling that a word is malformed (ret_is_bad).
 */
bool psd_build_next_word(struct psd_build *build,
    const struct psd_setting *setting, const char **at, bool *ret_is_bad);

/* What is left to do when all lines were read: consistency, arrays. */
void psd_build_finish(struct psd_build *build);

/*
 * Opens the directories of the grants and looks for the programs; a missing
 * one is an error.
 */
void psd_build_hold(struct psd_build *build);

/* The directories alone. */
void psd_build_hold_directories(struct psd_build *build);

/* The directories alone, which another process held. */
struct psd_carried;
void psd_build_hold_carried(struct psd_build *build,
    const struct psd_carried *carried);

#endif
