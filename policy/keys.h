/* SPDX-License-Identifier: ISC */
#ifndef PSD_KEYS_H
#define PSD_KEYS_H

#include "policy/build.h"

/* Reads one setting of a key; an empty value gives what holds without it. */
struct psd_key;
typedef void psd_key_parse(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting);

/* A key of a policy.  What at, min, max and normal mean is up to parse. */
struct psd_key {
	const char *section;
	const char *name;
	psd_key_parse *parse;
	const char *takes; /* "a size such as 64M or infinity" */
	bool is_list;      /* repeated lines append, else the last one wins */
	bool is_of_start;  /* means nothing for a process that is there */
	size_t at;         /* of its field in struct psd_policy */
	size_t where_at;   /* of where it stands, which is told later; or 0 */
	uint64_t min, max;
	uint64_t normal;          /* without the key */
	int resource;             /* RLIMIT_* */
	const char *const *words; /* of a choice, in the order of its enum */
};

/* All keys but Allow and Deny; ends with a row without a section. */
extern const struct psd_key psd_keys[];

const struct psd_key *psd_keys_find(const char *section, const char *name);

/* Gives the policy what holds without any line. */
void psd_keys_begin(struct psd_build *build);

/* Takes a setting; cookie is the struct psd_build. */
psd_syntax_setting psd_keys_take;

/* Do repeated lines of a known key append? */
bool psd_keys_is_list(const char *section, const char *name);

/* "KEY= takes ..., not ...". */
void psd_key_refuse(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting);

/* Values (policy/keys_value.c). */
psd_key_parse psd_key_span, psd_key_size, psd_key_count, psd_key_choice,
    psd_key_flag, psd_key_range, psd_key_rate;

/* Limits (policy/keys_limit.c). */
psd_key_parse psd_key_limit_size, psd_key_limit_count, psd_key_limit_time;

/* What a helper is (policy/keys_helper.c). */
psd_key_parse psd_key_exec, psd_key_listen, psd_key_environment, psd_key_user,
    psd_key_dynamic_user, psd_key_require, psd_key_temporary;

/* Where it runs (policy/keys_processors.c). */
psd_key_parse psd_key_processors;

/* Room for the longest: every second one. */
enum { PSD_PROCESSORS_TEXT = 5 * CPU_SETSIZE / 2 };

/* "0-2,5", or "any" for NULL. */
void psd_processors_print(const cpu_set_t *set, char *ret, size_t size);

/* Who may come to it (policy/keys_clients.c). */
psd_key_parse psd_key_clients, psd_key_provides;

/* What it may call (policy/keys_policy.c). */
psd_key_parse psd_key_calls, psd_key_violation;

/* What a server keeps that confines itself (policy/keep.c). */
psd_key_parse psd_key_keep;
/* What it goes through (policy/phase.c). */
psd_key_parse psd_key_phases;

/* What it may start (policy/may_exec.c). */
psd_key_parse psd_key_may_exec;

#endif
