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
	enum psd_ctl_exit status =
	    psd_ctl_ask(ctl, PSD_OP_ctl_reexec, "reexec", &req, &rep);

	if (status != PSD_CTL_DONE)
		return status;
	if (ctl->json)
		status = psd_ctl_print_attempt(PSD_OP_ctl_reexec, &rep,
		    rep.failed != 0, is_dry);
	else
		print_report(&rep, is_dry);
	return rep.failed != 0 ? PSD_CTL_FAILED : status;
}
