/* SPDX-License-Identifier: ISC */
#include "policy/advice_line.h"
#include "policy/cover.h"

#include <string.h>

/*
 * A name is all that Deny lines know of a file.  What they refuse can be given
 * another name by rename, and is then allowed under that.
 */

/* Every step is paid for, so that long policies are not compared for ever. */
static bool
go_on(struct psd_advice *advice)
{
	return psd_advice_afford(advice, "", "");
}

/* Does a DenyRename= line keep all of it where it is? */
static bool
stays(struct psd_advice *advice, const char *glob)
{
	for (size_t i = 0; i < advice->grants->n && go_on(advice); i++) {
		const struct psd_grant *line = &advice->grants->at[i];

		if (line->is_deny && psd_advice_contains(advice, line, glob))
			return true;
	}
	/* What was not looked at is not told. */
	return !go_on(advice);
}

/* A line of the same operation that allows what deny refuses elsewhere. */
static const struct psd_grant *
find_allowance(struct psd_advice *advice, const struct psd_grants *grants,
    const struct psd_grant *deny, const struct psd_grant *rename)
{
	for (size_t i = 0; i < grants->n && go_on(advice); i++) {
		const struct psd_grant *line = &grants->at[i];

		if (!line->is_deny &&
		    (deny->access == 0 || (line->access & deny->access) != 0) &&
		    psd_advice_contains(advice, line, rename->glob))
			return line;
	}
	return NULL;
}

static bool
tell(struct psd_advice *advice, const struct psd_grant *rename,
    const struct psd_grants *grants, const struct psd_grant *deny)
{
	const struct psd_grant *allow;

	if (!deny->is_deny || deny->glob == NULL ||
	    !psd_advice_contains(advice, rename, deny->glob) ||
	    stays(advice, deny->glob))
		return false;
	allow = find_allowance(advice, grants, deny, rename);
	if (allow == NULL)
		return false;
	psd_advice_say(advice, rename,
	    "lets the helper give what %s refuses a name that %s allows; "
	    "deny to rename that as well",
	    psd_advice_name(deny).text, psd_advice_name(allow).text);
	return true;
}

void
psd_advice_on_rename(struct psd_advice *advice, const struct psd_grant *grant)
{
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_grants *grants = &advice->policy->grants[i];

		if (grants == advice->grants)
			continue;
		for (size_t k = 0; k < grants->n && go_on(advice); k++)
			if (tell(advice, grant, grants, &grants->at[k]))
				return;
	}
}
