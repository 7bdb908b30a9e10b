/* SPDX-License-Identifier: ISC */
#include "policy/policy.h"

#include <errno.h>
#include <stdlib.h>

int
psd_rights_init(struct psd_rights *rights, const struct psd_policy *policy)
{
	/* One more, so that a policy without grants is not a failure. */
	uint8_t *used = calloc((size_t)policy->n_grants + 1, sizeof(*used));

	if (used == NULL)
		return -ENOMEM;
	*rights = (struct psd_rights){ .used = used };
	return 0;
}

void
psd_rights_free(struct psd_rights *rights)
{
	free(rights->used);
	*rights = (struct psd_rights){ .used = NULL };
}

void
psd_rights_use(struct psd_rights *rights, const struct psd_grant *grant)
{
	if (grant != NULL && (grant->modifiers & PSD_MODIFIER_ONCE) != 0)
		rights->used[grant->index] = 1;
}
