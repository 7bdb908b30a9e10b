/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ask.h"
#include "daemon/ctl/out.h"

static void
print_report(const struct psd_ctl_reexec_rep *rep, bool is_dry)
{
	if (rep->failed != 0) {
		psd_ctl_put_line(stderr, rep->report.at);
		psd_ctl_complain("privsepd %s, pid %u, goes on as it is",
		    rep->version.at, rep->pid);
	} else if (is_dry) {
		printf("the program on disk can take over; nothing was done: "
		       "--dry-run\n");
	} else {
		printf("re-executed: privsepd %s, pid %u, time %u\n",
		    rep->version.at, rep->pid, rep->reexecs);
	}
}

enum psd_ctl_exit
psd_ctl_reexec(struct psd_ctl *ctl)
{
	const bool is_dry = (ctl->given & PSD_CTL_TAKES_DRY_RUN) != 0;
	struct psd_ctl_reexec_req req = { .dry_run = is_dry };
	struct psd_ctl_reexec_rep rep;
	enum psd_ctl_exit status = PSD_CTL_DONE;
	json_t *json;

	switch (psd_ctl_call(ctl, PSD_OP_ctl_reexec, &req, &rep)) {
	case PSD_CTL_ANSWERED:
		break;
	case PSD_CTL_DECLINED:
		return psd_ctl_tell_declined(ctl, PSD_OP_ctl_reexec, "reexec");
	case PSD_CTL_LOST:
	default:
		return PSD_CTL_UNREACHABLE;
	}
	if (ctl->json) {
		json = psd_ctl_json(psd_ctl_find(PSD_OP_ctl_reexec), &rep);
		json_object_set_new(json, "failed",
		    json_boolean(rep.failed != 0));
		json_object_set_new(json, "dry_run", json_boolean(is_dry));
		status = psd_ctl_print_json(json);
	} else {
		print_report(&rep, is_dry);
	}
	return rep.failed != 0 ? PSD_CTL_FAILED : status;
}
