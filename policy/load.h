/* SPDX-License-Identifier: ISC */
#ifndef PSD_LOAD_H
#define PSD_LOAD_H

#include "policy/policy.h"

/* Where policies are looked for, most important first; NULL ends it. */
extern const char *const psd_policy_dirs[];

enum psd_load_flags {
	PSD_LOAD_HOLD = 1 << 0,  /* open the grants' directories; a missing one
				   is an error unless its line begins with - */
	PSD_LOAD_TRUST = 1 << 1, /* accept files of any owner and mode (check
				    of a file that is still being written) */
	PSD_LOAD_RUN = 1 << 2,   /* for a program that is run now: the
				    directories as above, of a native helper
				    alone; its program is not looked at */
};

/*
 * Reads NAME.policy, first found in dirs, and all of NAME.policy.d's
 * *.conf in each of them, and compiles the result.  Returns the policy, or NULL with diag
 * saying why; diag may hold warnings besides a policy.  A name that is masked
 * by a link to /dev/null gives NULL and no error.
 */
struct psd_policy *psd_policy_load(const char *const *dirs, const char *name,
    unsigned flags, struct psd_diag *diag);

/* The same for one file by its path, with NAME.policy.d beside it. */
struct psd_policy *psd_policy_load_file(const char *path, unsigned flags,
    struct psd_diag *diag);

/*
 * The same for a policy that the daemon has itself.  Nothing is read but the
 * text, and no advice given.
 */
struct psd_policy *psd_policy_load_text(const char *name, const char *text,
    struct psd_diag *diag);

/* A policy that was loaded already, as it can be told to another process. */
struct psd_carried {
	const char *name;
	const struct psd_source *sources; /* as in struct psd_policy */
	size_t n;
	/*
	 * The directory that was held by that name, len bytes of it: the
	 * policy's from now on, or PSD_NO_FD when it was missing.
	 */
	int (*directory)(void *cookie, const char *path, size_t len);
	void *cookie;
};

/*
 * Compiles it anew.  No file is read or looked for but those that tell the
 * numbers of users and groups, and no advice given.
 */
struct psd_policy *psd_policy_load_carried(const struct psd_carried *carried,
    struct psd_diag *diag);

/* Calls each(cookie, path, len, fd) for each directory that policy holds. */
void psd_policy_directories(const struct psd_policy *policy,
    void (*each)(void *cookie, const char *path, size_t len, int fd),
    void *cookie);

/*
 * The names of all policies in dirs, sorted, without masked ones; ends with
 * NULL; each and the array are the caller's.  NULL with diag on failure.  A
 * directory that is missing is empty.
 */
char **psd_policy_names(const char *const *dirs, struct psd_diag *diag);
void psd_policy_names_free(char **names);

/*
 * The merged lines of a policy as they were written, for `privsepctl cat`:
 * calls line(cookie, where, text) for each line that counts, in the order in
 * which they count.  Returns 0, or -errno with diag: -ENOENT when there is no
 * such policy.
 */
int psd_policy_cat(const char *const *dirs, const char *name,
    void (*line)(void *cookie, const struct psd_where *where, const char *text),
    void *cookie, struct psd_diag *diag);

#endif
