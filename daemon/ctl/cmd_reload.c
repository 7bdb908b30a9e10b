/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ask.h"
#include "daemon/ctl/out.h"

#include "common/mem.h"

#include <string.h>

static void
print_report(const struct psd_ctl_reload_rep *rep, bool is_dry)
{
	FILE *stream = rep->failed != 0 ? stderr : stdout;

	if (rep->report.len > 0) {
		psd_ctl_put(stream, rep->report.at);
		if (rep->report.at[rep->report.len - 1] != '\n')
			fputc('\n', stream);
	}
	if (rep->failed != 0)
		psd_ctl_complain("nothing was changed; generation %u stays",
		    rep->generation);
	else if (is_dry)
		printf("nothing was changed: --dry-run; generation %u stays\n",
		    rep->generation);
	else
		printf("reloaded: generation %u\n", rep->generation);
}

enum psd_ctl_exit
psd_ctl_reload(struct psd_ctl *ctl)
{
	const bool is_dry = (ctl->given & PSD_CTL_TAKES_DRY_RUN) != 0;
	struct psd_ctl_reload_req req = { .dry_run = is_dry };
	struct psd_ctl_reload_rep rep;
	enum psd_ctl_exit status =
	    psd_ctl_ask(ctl, PSD_OP_ctl_reload, "reload", &req, &rep);

	if (status != PSD_CTL_DONE)
		return status;
	if (ctl->json)
		status = psd_ctl_print_attempt(PSD_OP_ctl_reload, &rep,
		    rep.failed != 0, is_dry);
	else
		print_report(&rep, is_dry);
	return rep.failed != 0 ? PSD_CTL_FAILED : status;
}
