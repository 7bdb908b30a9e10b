/* SPDX-License-Identifier: ISC */
#include "policy/keys.h"
#include "policy/value.h"

#include <stdio.h>
#include <string.h>

/* "N" or "A-B"; part is changed meanwhile. */
static bool
add_range(const struct psd_key *key, char *part, cpu_set_t *set)
{
	char *const dash = strchr(part, '-');
	uint64_t first, last;
	bool is_good;

	if (dash != NULL)
		*dash = '\0';
	is_good = psd_value_number(part, 0, key->max, &first) == 0;
	last = first;
	if (dash != NULL) {
		*dash = '-';
		is_good = is_good &&
		    psd_value_number(dash + 1, first, key->max, &last) == 0;
	}
	for (; is_good && first <= last; first++)
		CPU_SET(first, set);
	return is_good;
}

void
psd_key_processors(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	struct psd_policy *policy = build->policy;
	const char *at = setting->value;
	bool is_bad = false;

	if (*at == '\0')
		policy->processors = NULL;
	else if (policy->processors == NULL)
		policy->processors =
		    psd_build_grow(build, NULL, 0, sizeof(*policy->processors));
	while (policy->processors != NULL &&
	    psd_build_next_word(build, setting, &at, &is_bad)) {
		char *part, *rest = build->word;

		/* "0, 1": nothing is behind the comma of a word. */
		while ((part = strsep(&rest, ",")) != NULL)
			if ((*part != '\0' || part == build->word) &&
			    !add_range(key, part, policy->processors)) {
				psd_diag_error(build->diag, &setting->where,
				    "%s= takes %s; \"%s\" is none", key->name,
				    key->takes, part);
				return;
			}
	}
}

void
psd_processors_print(const cpu_set_t *set, char *ret, size_t size)
{
	size_t len = 0;

	(void)snprintf(ret, size, "%s", set == NULL ? "any" : "");
	for (size_t cpu = 0; set != NULL && cpu < CPU_SETSIZE && len < size;
	     cpu++) {
		const size_t first = cpu;

		if (!CPU_ISSET(cpu, set))
			continue;
		while (cpu + 1 < CPU_SETSIZE && CPU_ISSET(cpu + 1, set))
			cpu++;
		len += (size_t)snprintf(ret + len, size - len,
		    first == cpu ? "%s%zu" : "%s%zu-%zu", len == 0 ? "" : ",",
		    first, cpu);
	}
}
