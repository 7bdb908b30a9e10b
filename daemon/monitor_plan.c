/* SPDX-License-Identifier: ISC */
#include "daemon/monitor_plan.h"

#include "common/fd.h"
#include "common/notice.h"
#include "common/sealed.h"
#include "daemon/loaded.h"
#include "policy/keep.h"

#include <assert.h>
#include <string.h>

/* The policy's reading has seen to their number and form. */
static void
fill_keep(const struct psd_words *keep, struct psd_sealed *sealed)
{
	for (size_t i = 0; i < keep->n; i++) {
		uint32_t kind = 0;
		int number = 0;
		const int r = psd_keep_find(keep->at[i].text, &kind, &number);

		assert(r == 0);
		sealed->keep |= kind;
		if (kind == 0)
			sealed->numbers[sealed->n_numbers++] = number;
	}
}

static struct psd_sealed
seal(const struct psd_loaded *loaded, const struct psd_birth *birth, int output)
{
	const struct psd_plan *plan = &loaded->prepared->plan;
	struct psd_sealed sealed = {
		.uid = birth->uid,
		.gid = birth->gid,
		.set_ids = plan->set_ids,
		.is_unprivileged = plan->is_unprivileged,
		.want_listener = plan->want_listener,
		.has_landlock = plan->landlock_fd >= 0,
		.has_output = output >= 0,
		.report_number = plan->exec_number + PSD_SPAWN_REPORT,
		.n_limits = plan->n_limits,
	};

	assert(plan->n_limits <= PSD_SEALED_LIMITS_MAX);
	memcpy(sealed.limits, plan->limits,
	    plan->n_limits * sizeof(*plan->limits));
	if (plan->want_listener)
		sealed.filter = *plan->filter;
	if (plan->plain_filter != NULL)
		sealed.plain_filter = *plan->plain_filter;
	fill_keep(&loaded->policy->keep, &sealed);
	return sealed;
}

int
psd_monitor_send_plan(struct psd_instance *instance,
    const struct psd_birth *birth, int output, int pair)
{
	const struct psd_loaded *loaded = instance->loaded;
	const struct psd_sealed sealed = seal(loaded, birth, output);
	const struct psd_notice notice = psd_notice_make(PSD_NOTICE_PLAN);
	_cleanup_fd_ int memory = psd_sealed_write(&sealed);
	int fds[PSD_NOTICE_FDS_MAX];
	size_t n = 0;

	if (memory < 0)
		return memory;
	fds[n++] = memory;
	if (sealed.has_landlock)
		fds[n++] = loaded->prepared->plan.landlock_fd;
	if (sealed.has_output)
		fds[n++] = output;
	return psd_notice_send(pair, &notice, fds, n);
}
