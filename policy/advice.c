/* SPDX-License-Identifier: ISC */
#include "policy/advice.h"

#include "policy/advice_line.h"
#include "policy/cover.h"
#include "policy/glob.h"
#include "policy/match.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	/* Whoever is told more does not read it. */
	TOLD_MAX = 32,
	/*
	 * For each operation: enough to compare a thousand lines of one
	 * directory, each with each.
	 */
	WORK_MAX = 1 << 22,
	/* Steps of comparing two patterns that count as one. */
	STEPS = 256,
};

struct psd_advice_name
psd_advice_name(const struct psd_grant *grant)
{
	struct psd_advice_name name;

	(void)snprintf(name.text, sizeof(name.text), "%.*s%s (%.*s:%u)",
	    PSD_ADVICE_TEXT_MAX, grant->text,
	    strlen(grant->text) > PSD_ADVICE_TEXT_MAX ? "..." : "",
	    PSD_ADVICE_FILE_MAX, grant->where.file, grant->where.line);
	return name;
}

void
psd_advice_say(struct psd_advice *advice, const struct psd_grant *grant,
    const char *format, ...)
{
	char text[1024];
	va_list arguments;

	if (advice->told == TOLD_MAX) {
		advice->left_out++;
		return;
	}
	advice->told++;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	psd_diag_warning(advice->diag, &grant->where, "%.*s%s %s",
	    PSD_ADVICE_TEXT_MAX, grant->text,
	    strlen(grant->text) > PSD_ADVICE_TEXT_MAX ? "..." : "", text);
}

/* False when it cannot be afforded. */
static bool
spend(struct psd_advice *advice, uint64_t work)
{
	if (advice->work < work) {
		advice->work = 0;
		return false;
	}
	advice->work -= work;
	return true;
}

/*
 * What contains a pattern is filed under a directory that the pattern's own
 * lies in, so the index finds it as it finds what covers a path.
 */
void
psd_advice_look(const struct psd_advice *advice, const char *glob,
    struct psd_advice_look *ret)
{
	*ret = (struct psd_advice_look){ .next = 0 };
	if (glob == NULL || advice->grants->index == NULL)
		return;
	ret->directory =
	    (struct psd_str){ glob, (uint32_t)psd_glob_literal_len(glob) };
	ret->look = psd_index_look(advice->grants, &ret->directory);
}

const struct psd_grant *
psd_advice_next(struct psd_advice *advice, struct psd_advice_look *look)
{
	const struct psd_grants *grants = advice->grants;

	if (!spend(advice, 1))
		return NULL;
	if (look->directory.at != NULL)
		return psd_index_next(&look->look);
	return look->next < grants->n ? &grants->at[look->next++] : NULL;
}

bool
psd_advice_contains(struct psd_advice *advice, const struct psd_grant *grant,
    const char *glob)
{
	if (grant->glob == NULL || glob == NULL)
		return grant->glob == NULL && glob == NULL;
	return spend(advice, 1 + strlen(grant->glob) * strlen(glob) / STEPS) &&
	    psd_cover_contains(grant->glob, glob);
}

/*
 * Lines of an operation are compared only if all that they can speak of is
 * compared; else what differs in the rest would look the same.
 */
static bool
is_understood(const struct psd_op_row *row)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end; f++)
		if (psd_match_is_grantable(f->kind) &&
		    f->kind != PSD_KIND_access &&
		    f->kind != PSD_KIND_priority && f->kind != PSD_KIND_path &&
		    f->kind != PSD_KIND_setting && f->kind != PSD_KIND_label)
			return false;
	return true;
}

void
psd_advice_give(const struct psd_policy *policy, const char *const *dirs,
    struct psd_diag *diag)
{
	const struct psd_where whole = { policy->file, 0 };
	struct psd_advice advice = {
		.policy = policy,
		.dirs = dirs,
		.diag = diag,
	};

	for (size_t i = 0; i < psd_op_count; i++) {
		advice.row = &psd_op_rows[i];
		advice.grants = &policy->grants[i];
		advice.work = WORK_MAX;
		if (!is_understood(advice.row))
			continue;
		for (size_t k = 0; k < advice.grants->n; k++) {
			const struct psd_grant *grant = &advice.grants->at[k];

			if (!psd_advice_on_idle(&advice, grant) &&
			    !grant->is_deny && grant->glob != NULL)
				psd_advice_on_reach(&advice, grant);
		}
	}
	if (advice.left_out > 0)
		psd_diag_warning(diag, &whole,
		    "%u more warnings of this sort are left out; mend what is "
		    "told first",
		    advice.left_out);
}
