/* SPDX-License-Identifier: ISC */
#include "daemon/landlock.h"
#include "daemon/plan_work.h"
#include "policy/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* Of the smallest file, so that many empty ones are bounded, too. */
enum { BYTES_PER_FILE = 4096, FILES_MIN = 16 };

/* A script, say, which would be hidden. */
static int
check_view(const struct psd_plan_work *work)
{
	const struct psd_words *view = &work->prepared->own->view;

	for (size_t i = 0; i < view->n; i++) {
		const struct psd_word *word = &view->at[i];

		if (word->is_temporary ||
		    !psd_view_is_covered(work->policy, word->text))
			continue;
		psd_diag_error(work->diag, &word->where,
		    "%s: TemporaryFileSystem= covers what is there",
		    word->text);
		return -EINVAL;
	}
	return 0;
}

int
psd_plan_take_temporary(const struct psd_plan_work *work)
{
	const struct psd_policy *policy = work->policy;
	struct psd_prepared_resources *own = work->prepared->own;
	struct psd_plan *plan = &work->prepared->plan;

	if (policy->temporary == NULL)
		return 0;
	if ((work->prepared->layers & PSD_LAYER_NAMESPACES) == 0) {
		psd_diag_error(work->diag, &policy->temporary_where,
		    "TemporaryFileSystem= needs the layer namespaces; "
		    "privsepctl status says why it is missing");
		return -EOPNOTSUPP;
	}
	(void)snprintf(own->temporary, sizeof(own->temporary),
	    "mode=1777,size=%" PRIu64 ",nr_inodes=%" PRIu64,
	    policy->temporary_max,
	    policy->temporary_max / BYTES_PER_FILE + FILES_MIN);
	plan->temporary = own->temporary;
	plan->temporary_rights =
	    psd_landlock_temporary(work->host->landlock_abi);
	return check_view(work);
}
