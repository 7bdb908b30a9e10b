/* SPDX-License-Identifier: ISC */
#include "policy/phase.h"

#include "policy/keys.h"
#include "policy/near.h"

#include <string.h>

enum { NAME_MAX_BYTES = 32 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

const char *
psd_phase_wrong(const char *name)
{
	const size_t len = strlen(name);

	return len == 0 || len > NAME_MAX_BYTES || strspn(name, letters) < len
	    ? "a phase has 1 to 32 small letters, digits, - and _"
	    : NULL;
}

bool
psd_phase_find(const struct psd_policy *policy, const char *name, uint32_t *ret)
{
	for (size_t i = 0; i < policy->phases.n; i++) {
		if (strcmp(policy->phases.at[i].text, name) != 0)
			continue;
		*ret = (uint32_t)i;
		return true;
	}
	return false;
}

const char *
psd_phase_name(const struct psd_policy *policy, uint32_t phase)
{
	return phase < policy->phases.n ? policy->phases.at[phase].text : "";
}

/* Takes the word in build->word; false when nothing more can be taken. */
static bool
take_phase(struct psd_build *build, const struct psd_setting *setting)
{
	struct psd_words *phases = &build->policy->phases;
	const char *wrong = psd_phase_wrong(build->word);
	struct psd_word *larger;
	const char *text;
	uint32_t there;

	if (wrong == NULL && psd_phase_find(build->policy, build->word, &there))
		wrong = "this phase was named before";
	if (wrong == NULL && phases->n == PSD_PHASES_MAX)
		wrong = "there are at most 16 phases";
	if (wrong != NULL) {
		psd_diag_error(build->diag, &setting->where,
		    "Phases=: \"%s\": %s", build->word, wrong);
		return false;
	}
	larger = psd_build_grow(build, phases->at, phases->n, sizeof(*larger));
	text = psd_build_copy(build, build->word);
	if (larger == NULL || text == NULL)
		return false;
	larger[phases->n++] = (struct psd_word){ text, setting->where, false };
	phases->at = larger;
	return true;
}

void
psd_key_phases(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	const char *at = setting->value;
	bool is_bad = false;

	(void)key;
	if (*at == '\0')
		build->policy->phases.n = 0;
	while (psd_build_next_word(build, setting, &at, &is_bad))
		if (!take_phase(build, setting))
			return;
}

static void
refuse_unknown(struct psd_build *build, const struct psd_grant *grant)
{
	const struct psd_words *phases = &build->policy->phases;
	struct psd_near near = psd_near_to(grant->phase);

	for (size_t i = 0; i < phases->n; i++)
		psd_near_try(&near, phases->at[i].text);
	if (phases->n == 0)
		psd_diag_error(build->diag, &grant->where,
		    "phase=%s: there are no phases; a line such as Phases=%s "
		    "names them in their order",
		    grant->phase, grant->phase);
	else if (psd_near_best(&near) != NULL)
		psd_diag_error(build->diag, &grant->where,
		    "phase=%s: there is no such phase; did you mean %s?",
		    grant->phase, psd_near_best(&near));
	else
		psd_diag_error(build->diag, &grant->where,
		    "phase=%s: there is no such phase; Phases= names %s first",
		    grant->phase, phases->at[0].text);
}

/* has says which phases have lines of their own. */
static void
find_phases(struct psd_build *build, bool has[PSD_PHASES_MAX])
{
	for (size_t i = 0; i < psd_op_count; i++) {
		struct psd_grants *grants = &build->policy->grants[i];

		for (size_t k = 0; k < grants->n; k++) {
			struct psd_grant *grant = &grants->at[k];

			if (grant->phase == NULL)
				continue;
			if (psd_phase_find(build->policy, grant->phase,
				&grant->phase_at))
				has[grant->phase_at] = true;
			else
				refuse_unknown(build, grant);
		}
	}
}

/*
 * A phase without lines of its own is where those of the one before no longer
 * count.  Where neither has any, to go on from one to the other is nothing.
 */
void
psd_phase_finish(struct psd_build *build)
{
	const struct psd_words *phases = &build->policy->phases;
	bool has[PSD_PHASES_MAX] = { false };

	find_phases(build, has);
	if (phases->n == 1 && !has[0])
		psd_diag_warning(build->diag, &phases->at[0].where,
		    "Phases=: no line has phase=%s", phases->at[0].text);
	for (size_t i = 1; i < phases->n; i++)
		if (!has[i - 1] && !has[i])
			psd_diag_warning(build->diag, &phases->at[i].where,
			    "Phases=: no line has phase=%s or phase=%s, so "
			    "that nothing changes from one to the other",
			    phases->at[i - 1].text, phases->at[i].text);
}
