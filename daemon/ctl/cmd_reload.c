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
	enum psd_ctl_exit status = PSD_CTL_DONE;
	json_t *json;

	switch (psd_ctl_call(ctl, PSD_OP_ctl_reload, &req, &rep)) {
	case PSD_CTL_ANSWERED:
		break;
	case PSD_CTL_DECLINED:
		return psd_ctl_tell_declined(ctl, PSD_OP_ctl_reload, "reload");
	case PSD_CTL_LOST:
	default:
		return PSD_CTL_UNREACHABLE;
	}
	if (ctl->json) {
		json = psd_ctl_json(psd_ctl_find(PSD_OP_ctl_reload), &rep);
		json_object_set_new(json, "failed",
		    json_boolean(rep.failed != 0));
		json_object_set_new(json, "dry_run", json_boolean(is_dry));
		status = psd_ctl_print_json(json);
	} else {
		print_report(&rep, is_dry);
	}
	return rep.failed != 0 ? PSD_CTL_FAILED : status;
}
