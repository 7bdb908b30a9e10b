/* SPDX-License-Identifier: ISC */
#include "policy/build.h"

#include "common/fd.h"
#include "policy/words.h"

#include <stdlib.h>
#include <string.h>

struct psd_policy *
psd_build_policy(const char *name, const char *file)
{
	struct psd_policy *policy = calloc(1, sizeof(*policy));

	if (policy == NULL)
		return NULL;
	policy->arena = psd_arena_new();
	if (policy->arena != NULL) {
		policy->name =
		    psd_arena_copy(policy->arena, name, strlen(name));
		policy->file =
		    psd_arena_copy(policy->arena, file, strlen(file));
		policy->grants = psd_arena_take(policy->arena, psd_op_count,
		    sizeof(struct psd_grants));
	}
	if (policy->name == NULL || policy->file == NULL ||
	    policy->grants == NULL) {
		psd_policy_free(policy);
		return NULL;
	}
	return policy;
}

void
psd_policy_free(struct psd_policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < policy->n_held; i++)
		psd_fd_close(policy->held[i]);
	psd_arena_free(policy->arena);
	free(policy);
}

void
psd_build_no_memory(struct psd_build *build)
{
	build->is_short = true;
	psd_diag_no_memory(build->diag);
}

char *
psd_build_copy(struct psd_build *build, const char *text)
{
	char *copy = psd_arena_copy(build->policy->arena, text, strlen(text));

	if (copy == NULL)
		psd_build_no_memory(build);
	return copy;
}

void *
psd_build_grow(struct psd_build *build, void *array, size_t n, size_t size)
{
	void *larger = psd_arena_grow(build->policy->arena, array, n, size);

	if (larger == NULL)
		psd_build_no_memory(build);
	return larger;
}

bool
psd_build_next_word(struct psd_build *build, const struct psd_setting *setting,
    const char **at, bool *ret_is_bad)
{
	const enum psd_word_found found =
	    psd_words_next(at, build->word, sizeof(build->word));

	*ret_is_bad = found != PSD_WORD_FOUND && found != PSD_WORD_END;
	if (*ret_is_bad)
		psd_diag_error(build->diag, &setting->where, "%s=: %s",
		    setting->key, psd_words_wrong(found));
	return found == PSD_WORD_FOUND;
}
