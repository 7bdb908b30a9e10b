/* SPDX-License-Identifier: ISC */
#ifndef PSD_LOADED_H
#define PSD_LOADED_H

#include "daemon/plan.h"
#include "policy/policy.h"

/*
 * A policy together with everything that its instances share, prepared once:
 * executable, filters, Landlock ruleset, namespaces.  Counted: an instance
 * holds the one it started with until it ends, whatever is loaded later.
 */
struct psd_loaded {
	unsigned references;
	uint32_t generation;
	struct psd_policy *policy;
	struct psd_prepared *prepared;
	uint64_t fingerprint; /* of its lines and its executable */
	bool lets_write;      /* some grant lets helpers make or change files */
	bool takes_descriptors; /* some grant does, from a helper */
};

/*
 * Prepares policy (takes it over also when it fails; it was read from dirs)
 * for starting helpers.
 * Returns a first reference, or NULL with diag saying why.
 */
struct psd_loaded *psd_loaded_make(struct psd_host *host,
    struct psd_policy *policy, const char *const *dirs, struct psd_diag *diag);

/*
 * The same of one that was prepared before this process was executed anew;
 * takes over both, prepared may be NULL when no further instance starts with
 * it.  NULL: out of memory.
 */
struct psd_loaded *psd_loaded_resume(struct psd_policy *policy,
    struct psd_prepared *prepared, uint64_t fingerprint, uint32_t generation);

struct psd_loaded *psd_loaded_ref(struct psd_loaded *loaded);

/* Tells whether path still is the same file, with the same content. */
uint64_t psd_loaded_fingerprint(const char *path);

/*
 * By which a reload sees whether a policy has changed: of the lines of its
 * files, and of which files its programs are.  0, or -errno: of less than all
 * of them it would tell that something has changed, or that nothing has.
 */
int psd_loaded_fingerprint_policy(const struct psd_policy *policy,
    const char *const *dirs, uint64_t *ret);

/* Frees it with the last reference.  NULL is fine. */
void psd_loaded_unref(struct psd_loaded *loaded);

#endif
