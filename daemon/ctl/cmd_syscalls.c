/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/load.h"
#include "daemon/ctl/out.h"

#include "policy/filter.h"

#include <string.h>

/* For people: rows of a table; for programs: objects. */
static void
collect_row(void *cookie, const char *call, const char *rule, const char *group)
{
	json_array_append_new(cookie,
	    json_pack("[s, s, s]", call, group != NULL ? group : "",
		rule != NULL ? rule : ""));
}

static void
collect_object(void *cookie, const char *call, const char *rule,
    const char *group)
{
	json_array_append_new(cookie,
	    json_pack("{s:s, s:s?, s:s?}", "call", call, "group", group, "rule",
		rule));
}

enum psd_ctl_exit
psd_ctl_syscalls(struct psd_ctl *ctl)
{
	struct psd_policy *policy;
	enum psd_ctl_exit status;
	json_t *calls;
	int r;

	status = psd_ctl_load(ctl, ctl->args[0], &policy);
	if (status != PSD_CTL_DONE)
		return status;
	calls = ctl->json ? json_array()
			  : json_pack("[[s, s, s]]", "CALL", "GROUP", "WHY");
	r = psd_filter_list(policy, ctl->json ? collect_object : collect_row,
	    calls);
	if (r < 0) {
		psd_ctl_complain("%s: %s", policy->name, strerror(-r));
		status = PSD_CTL_FAILED;
	} else if (ctl->json) {
		status = psd_ctl_print_json(json_pack("{s:s, s:O}", "policy",
		    policy->name, "calls", calls));
	} else {
		psd_ctl_print_table(calls);
	}
	json_decref(calls);
	psd_policy_free(policy);
	return status;
}
