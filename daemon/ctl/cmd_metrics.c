/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/gather.h"
#include "daemon/ctl/metrics.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/replace.h"

#include <string.h>

static void
write_all(FILE *out, const void *cookie)
{
	psd_metrics_write(out, cookie);
}

static enum psd_ctl_exit
put_all(const struct psd_ctl *ctl, const json_t *all)
{
	int r;

	if (ctl->output == NULL) {
		psd_metrics_write(stdout, all);
		return PSD_CTL_DONE;
	}
	r = psd_ctl_replace(ctl->output, write_all, all);
	if (r == 0)
		return PSD_CTL_DONE;
	psd_ctl_complain("cannot write %s: %s", ctl->output, strerror(-r));
	return PSD_CTL_FAILED;
}

enum psd_ctl_exit
psd_ctl_metrics(struct psd_ctl *ctl)
{
	json_t *all = NULL;
	enum psd_ctl_exit status = psd_ctl_sample(ctl, true, &all);

	if (status == PSD_CTL_DONE && ctl->json)
		return psd_ctl_print_json(all);
	if (status == PSD_CTL_DONE)
		status = put_all(ctl, all);
	json_decref(all);
	return status;
}
