/* SPDX-License-Identifier: ISC */
#ifndef PSD_PLAN_H
#define PSD_PLAN_H

#include "daemon/host.h"
#include "daemon/spawn.h"

struct psd_prepared_resources;

/* A plan and everything that it borrows; it does not change any more. */
struct psd_prepared {
	struct psd_plan plan;
	uint32_t layers; /* PSD_LAYER_* that a helper started by it gets */
	struct psd_prepared_resources *own;
};

/*
 * Prepares what the instances of a policy share: opens the executable (or a
 * script's interpreter), compiles the filters, makes the Landlock ruleset
 * and the namespaces.  A layer that Require= names and cannot be had is an
 * error; another one is missing in layers.  Waits for the keeper of the
 * namespaces, some milliseconds.  host and policy must outlive the result.
 * Returns NULL with diag (file and line) on failure.
 */
struct psd_prepared *psd_plan_prepare(const struct psd_host *host,
    const struct psd_policy *policy, struct psd_diag *diag);

/*
 * What of a plan lasts beyond the process that prepared it; the rest follows
 * from the policy.  Its program stays the file that it was, its view what was
 * mounted then.  Descriptors are borrowed in telling, and taken over otherwise,
 * also when it fails.
 */
struct psd_plan_carried {
	int program;
	int namespaces[PSD_NS_COUNT];
	int landlock_fd;
	const char *temporary; /* as in struct psd_plan; "" for NULL */
	uint64_t temporary_rights;
	bool is_script;
	const char *interpreter, *argument; /* of a script */
};

void psd_plan_tell(const struct psd_prepared *prepared,
    struct psd_plan_carried *ret);
struct psd_prepared *psd_plan_resume(const struct psd_host *host,
    const struct psd_policy *policy, const struct psd_plan_carried *carried,
    struct psd_diag *diag);

void psd_plan_free(struct psd_prepared *prepared);

/* What is shown of the file system: the policy's view, and programs. */
const struct psd_words *psd_prepared_view(const struct psd_prepared *prepared);

/* As in the structure; 0 for NULL. */
uint32_t psd_prepared_layers(const struct psd_prepared *prepared);

#endif
