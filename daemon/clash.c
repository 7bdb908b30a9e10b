/* SPDX-License-Identifier: ISC */
#include "daemon/clash.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool
listens_on(const struct psd_policy *policy, const char *text)
{
	for (size_t i = 0; i < policy->n_listens; i++)
		if (strcmp(policy->listens[i].text, text) == 0)
			return true;
	return false;
}

static bool
provides(const struct psd_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->provides.n; i++)
		if (strcmp(policy->provides.at[i].text, name) == 0)
			return true;
	return false;
}

int
psd_clash_check(const struct psd_policy *earlier,
    const struct psd_policy *later, struct psd_diag *diag)
{
	int r = 0;

	for (size_t i = 0; i < later->n_listens; i++) {
		const struct psd_listen *listen = &later->listens[i];

		if (!listens_on(earlier, listen->text))
			continue;
		psd_diag_error(diag, &listen->where,
		    "ListenStream=%s is %s.policy's already", listen->text,
		    earlier->name);
		r = -EINVAL;
	}
	for (size_t i = 0; i < later->provides.n; i++) {
		const struct psd_word *name = &later->provides.at[i];

		if (!provides(earlier, name->text))
			continue;
		psd_diag_error(diag, &name->where,
		    "Provides=%s is %s.policy's already", name->text,
		    earlier->name);
		r = -EINVAL;
	}
	return r;
}
