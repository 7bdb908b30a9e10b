/* SPDX-License-Identifier: ISC */
#include "daemon/loaded.h"

#include "common/hash.h"
#include "policy/load.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* For telling whether anything changed; nobody attacks it. */
static void
mix(uint64_t *hash, const void *bytes, size_t len)
{
	*hash = psd_hash_on(*hash, bytes, len);
}

static void
mix_line(void *cookie, const struct psd_where *where, const char *text)
{
	mix(cookie, where->file, strlen(where->file) + 1);
	mix(cookie, &where->line, sizeof(where->line));
	mix(cookie, text, strlen(text) + 1);
}

/* Which file a program is at present, if there is one. */
static int
mix_file(uint64_t *hash, const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	mix(hash, &status.st_dev, sizeof(status.st_dev));
	mix(hash, &status.st_ino, sizeof(status.st_ino));
	mix(hash, &status.st_mtim, sizeof(status.st_mtim));
	return 0;
}

uint64_t
psd_loaded_fingerprint(const char *path)
{
	uint64_t hash = PSD_HASH_BEGIN;

	(void)mix_file(&hash, path);
	return hash;
}

int
psd_loaded_fingerprint_policy(const struct psd_policy *policy,
    const char *const *dirs, uint64_t *ret)
{
	uint64_t hash = PSD_HASH_BEGIN;
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	r = psd_policy_cat(dirs, policy->name, mix_line, &hash, &diag);
	if (diag.out_of_memory)
		r = -ENOMEM;
	psd_diag_free(&diag);
	/* A policy of our own has no file. */
	if (r == -ENOENT)
		r = 0;
	if (r == 0 && policy->exec_path != NULL)
		r = mix_file(&hash, policy->exec_path);
	for (size_t i = 0; r == 0 && i < policy->may_exec.n; i++)
		r = mix_file(&hash, policy->may_exec.at[i].text);
	if (r == 0)
		*ret = hash;
	return r;
}

/* Renaming puts a FIFO of somebody else's where a file is expected. */
static bool
lets_write(const struct psd_policy *policy)
{
	for (size_t row = 0; row < psd_op_count; row++) {
		const struct psd_grants *grants = &policy->grants[row];
		const bool renames = psd_op_rows[row].op == PSD_OP_rename;

		for (size_t i = 0; i < grants->n; i++)
			if (!grants->at[i].is_deny &&
			    (renames ||
				(grants->at[i].access &
				    ~(uint32_t)PSD_ACCESS_READ) != 0))
				return true;
	}
	return false;
}

static bool
takes_descriptors(const struct psd_policy *policy)
{
	for (size_t row = 0; row < psd_op_count; row++) {
		const struct psd_grants *grants = &policy->grants[row];

		for (size_t i = 0; i < grants->n; i++)
			if (!grants->at[i].is_deny && psd_op_rows[row].takes_fd)
				return true;
	}
	return false;
}

/* Takes over policy.  NULL: out of memory. */
static struct psd_loaded *
make(struct psd_policy *policy)
{
	struct psd_loaded *loaded = calloc(1, sizeof(*loaded));

	if (loaded == NULL) {
		psd_policy_free(policy);
		return NULL;
	}
	loaded->references = 1;
	loaded->policy = policy;
	loaded->lets_write = lets_write(policy);
	loaded->takes_descriptors = takes_descriptors(policy);
	return loaded;
}

struct psd_loaded *
psd_loaded_resume(struct psd_policy *policy, struct psd_prepared *prepared,
    uint64_t fingerprint, uint32_t generation)
{
	struct psd_loaded *loaded = make(policy);

	if (loaded == NULL) {
		psd_plan_free(prepared);
		return NULL;
	}
	loaded->prepared = prepared;
	loaded->fingerprint = fingerprint;
	loaded->generation = generation;
	return loaded;
}

struct psd_loaded *
psd_loaded_make(struct psd_host *host, struct psd_policy *policy,
    const char *const *dirs, struct psd_diag *diag)
{
	struct psd_loaded *loaded = make(policy);
	int r;

	if (loaded == NULL) {
		diag->out_of_memory = true;
		return NULL;
	}
	r = psd_loaded_fingerprint_policy(policy, dirs, &loaded->fingerprint);
	if (r == -ENOMEM)
		psd_diag_no_memory(diag);
	else if (r < 0)
		psd_diag_error(diag, NULL, "%s: cannot be read again",
		    policy->name);
	else
		loaded->prepared = psd_plan_prepare(host, policy, diag);
	if (loaded->prepared == NULL) {
		psd_loaded_unref(loaded);
		return NULL;
	}
	return loaded;
}

struct psd_loaded *
psd_loaded_ref(struct psd_loaded *loaded)
{
	loaded->references++;
	return loaded;
}

void
psd_loaded_unref(struct psd_loaded *loaded)
{
	if (loaded == NULL)
		return;
	assert(loaded->references > 0);
	if (--loaded->references > 0)
		return;
	psd_plan_free(loaded->prepared);
	psd_policy_free(loaded->policy);
	free(loaded);
}
