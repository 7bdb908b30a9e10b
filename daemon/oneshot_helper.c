/* SPDX-License-Identifier: ISC */
#include "daemon/oneshot_helper.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/pair.h"
#include "daemon/pin.h"
#include "daemon/sysctl.h"
#include "daemon/trace.h"

#include <sys/socket.h>

void
psd_oneshot_check_helper(struct psd_policy *policy,
    const struct psd_config *config, struct psd_diag *diag)
{
	const struct psd_where whole = { .file = policy->file };

	if (config->program != NULL)
		psd_diag_error(diag, &whole,
		    "is a native helper's, which is that of ExecStart=; for "
		    "another program Type=filter is missing");
	if (policy->n_clients > 0)
		psd_diag_error(diag, &policy->clients[0].where,
		    "Clients= come to a daemon, and privsepctl run is none");
	if (policy->provides.n > 0)
		psd_diag_error(diag, &policy->provides.at[0].where,
		    "Provides= is for helpers of a daemon, and privsepctl run "
		    "is none");
	/* This one, once. */
	policy->instances_min = 0;
	policy->instances_max = 1;
	policy->restart = PSD_RESTART_NO;
}

int
psd_oneshot_prepare_helper(struct psd_daemon *daemon,
    const struct psd_policy *policy, struct psd_listeners *ret_listeners,
    struct psd_diag *diag)
{
	const int r = psd_listeners_bind(daemon, policy, ret_listeners, diag);

	if (r < 0)
		return r;
	psd_sysctl_init();
	psd_pin_begin();
	return 0;
}

int
psd_oneshot_start_helper(struct psd_service *service, int *ret_end)
{
	_cleanup_fd_ int theirs = PSD_NO_FD;
	int ends[2], r;

	/* What it logs is all that it says to whoever runs it. */
	psd_log_set_level(LOG_INFO);
	r = psd_pair(SOCK_SEQPACKET, ends);
	if (r < 0)
		return r;
	theirs = ends[1];
	psd_trace_begin(ends[0], service->daemon->config.is_trace);
	r = psd_instance_start(service);
	if (r == 0)
		*ret_end = psd_fd_take(&theirs);
	return r;
}
