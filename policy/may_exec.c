/* SPDX-License-Identifier: ISC */
#include "policy/may_exec.h"

#include "policy/keys.h"
#include "policy/path.h"

#include <string.h>

static void
append(struct psd_build *build, const struct psd_word *program)
{
	struct psd_words *words = &build->policy->may_exec;
	struct psd_word *larger =
	    psd_build_grow(build, words->at, words->n, sizeof(*larger));

	if (larger == NULL)
		return;
	larger[words->n++] = *program;
	words->at = larger;
}

void
psd_key_may_exec(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	const char *at = setting->value;
	bool is_bad = false;

	if (*at == '\0')
		build->policy->may_exec.n = 0;
	while (psd_build_next_word(build, setting, &at, &is_bad)) {
		const bool may_be_missing = build->word[0] == '-';
		const char *path = build->word + (may_be_missing ? 1 : 0);
		const struct psd_word program = {
			.text = psd_build_copy(build, path),
			.where = setting->where,
			.may_be_missing = may_be_missing,
		};

		if (program.text == NULL)
			return;
		if (!psd_path_is_normal(path, strlen(path)) ||
		    path[1] == '\0') {
			psd_diag_error(build->diag, &setting->where,
			    "%s= takes %s; \"%s\" is no absolute path without "
			    "\".\", \"..\" and empty components",
			    key->name, key->takes, path);
			return;
		}
		if (build->policy->may_exec.n == PSD_MAY_EXEC_MAX) {
			psd_diag_error(build->diag, &setting->where,
			    "%s= takes at most %d programs", key->name,
			    PSD_MAY_EXEC_MAX);
			return;
		}
		append(build, &program);
	}
}

void
psd_may_exec_check(struct psd_build *build)
{
	const struct psd_policy *policy = build->policy;

	if (policy->may_exec.n == 0)
		return;
	psd_diag_warning(build->diag, &policy->may_exec.at[0].where,
	    "AllowExec= lets the helper start programs: weaker than one exec");
	if ((policy->require & PSD_LAYER_ONE_EXEC) != 0)
		psd_diag_error(build->diag, &build->require_where,
		    "Require=one-exec forbids what AllowExec= allows in line "
		    "%u of %s; leave one out",
		    policy->may_exec.at[0].where.line,
		    policy->may_exec.at[0].where.file);
}
