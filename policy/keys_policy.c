/* SPDX-License-Identifier: ISC */
#include "policy/filter.h"
#include "policy/keys.h"

void
psd_key_calls(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	struct psd_words *calls = &build->policy->calls;
	const char *at = setting->value;
	bool is_bad = false;

	(void)key;
	if (*at == '\0')
		calls->n = 0;
	while (psd_build_next_word(build, setting, &at, &is_bad)) {
		struct psd_word *larger;
		const char *text;

		if (!psd_filter_check_word(build->word, &setting->where,
			build->diag))
			continue;
		larger =
		    psd_build_grow(build, calls->at, calls->n, sizeof(*larger));
		text = psd_build_copy(build, build->word);
		if (larger == NULL || text == NULL)
			return;
		larger[calls->n++] = (struct psd_word){ text, setting->where };
		calls->at = larger;
	}
}

void
psd_key_violation(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	build->violation_where = setting->where;
	psd_key_choice(build, key, setting);
}
