/* SPDX-License-Identifier: ISC */
#include "daemon/client.h"

#include "common/fd.h"
#include "common/pair.h"
#include "common/sys.h"
#include "daemon/client_answer.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <sys/socket.h>

/*
 * Descriptors pass only where the policy of whoever sends them can send, and
 * to a provider only where its own lets it take them: the kernel refuses them
 * otherwise, whatever a filter may have let through.  To the provider nothing
 * passes before a helper of it has its end, as with any client.
 */
static void
bound_rights(const int ends[2], const struct psd_policy *provider)
{
	(void)psd_sys_pass_rights(ends[0], provider->sends_fds);
	(void)psd_sys_pass_rights(ends[1], false);
}

int
psd_client_call(struct psd_service *provider, const struct psd_instance *caller)
{
	const bool may_pass = caller->loaded->policy->sends_fds;
	struct psd_peer who = {
		.uid = caller->uid,
		.gid = caller->uid,
		.pid = caller->child.pid,
		.pidfd = PSD_NO_FD,
	};
	_cleanup_fd_ int theirs = PSD_NO_FD;
	_cleanup_fd_ int ours = PSD_NO_FD;
	const char *why;
	int ends[2], r;

	r = psd_client_check_room(provider, who.uid, &why);
	if (r < 0) {
		psd_client_note_refused(provider, &who, why);
		return r;
	}
	r = psd_pair(SOCK_SEQPACKET, ends);
	if (r < 0)
		return r;
	theirs = ends[0];
	ours = ends[1];
	bound_rights(ends, provider->loaded->policy);
	r = psd_pair_bound_queues(ends);
	if (r == 0)
		r = psd_client_queue(provider, ours, &who,
		    PSD_CLIENT_CALLER | (may_pass ? PSD_CLIENT_PASSES : 0));
	if (r < 0)
		return r;
	provider->clients.admitted++;
	(void)psd_fd_take(&ours);
	return psd_fd_take(&theirs);
}
