/* SPDX-License-Identifier: ISC */
#include "policy/advice.h"

#include "policy/advice_line.h"
#include "policy/cover.h"
#include "policy/glob.h"

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

const struct psd_grant *
psd_advice_next(struct psd_advice *advice, struct psd_contain_look *look)
{
	return spend(advice, 1) ? psd_contain_next(look) : NULL;
}

bool
psd_advice_afford(struct psd_advice *advice, const char *glob,
    const char *other)
{
	return glob == NULL || other == NULL ||
	    spend(advice, 1 + strlen(glob) * strlen(other) / STEPS);
}

bool
psd_advice_contains(struct psd_advice *advice, const struct psd_grant *grant,
    const char *glob)
{
	if (grant->glob == NULL || glob == NULL)
		return grant->glob == NULL && glob == NULL;
	return psd_advice_afford(advice, grant->glob, glob) &&
	    psd_cover_contains(grant->glob, glob);
}

static void
look_at(struct psd_advice *advice, const struct psd_grant *grant)
{
	if (psd_advice_on_idle(advice, grant) || grant->is_deny ||
	    grant->glob == NULL)
		return;
	psd_advice_on_reach(advice, grant);
	if (advice->row->op == PSD_OP_rename)
		psd_advice_on_rename(advice, grant);
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
		for (size_t k = 0; k < advice.grants->n; k++)
			look_at(&advice, &advice.grants->at[k]);
	}
	if (advice.left_out > 0)
		psd_diag_warning(diag, &whole,
		    "%u more warnings of this sort are left out; mend what is "
		    "told first",
		    advice.left_out);
}
