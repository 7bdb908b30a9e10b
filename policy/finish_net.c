/* SPDX-License-Identifier: ISC */
#include "policy/finish_net.h"

#include "common/mem.h"

#include <string.h>

/* What of SystemCallFilter= sends to addresses of the helper's choice. */
static const char *
find_sender(const struct psd_policy *policy)
{
	static const char *const senders[] = { "@datagrams",
		"@send-descriptors", "sendto", "sendmsg", "sendmmsg",
		"connect" };

	for (size_t i = 0; i < policy->calls.n; i++)
		for (size_t k = 0; k < PSD_ELEMENTS(senders); k++)
			if (strcmp(policy->calls.at[i].text, senders[k]) == 0)
				return senders[k];
	return NULL;
}

static void
warn(struct psd_build *build, enum psd_op op, uint32_t protocols,
    const char *sender, const char *what)
{
	const struct psd_grants *grants =
	    &build->policy->grants[psd_op_find(op) - psd_op_rows];

	for (size_t i = 0; i < grants->n; i++)
		if (!grants->at[i].is_deny &&
		    (protocols == 0 ||
			(grants->at[i].protocols & protocols) != 0))
			psd_diag_warning(build->diag, &grants->at[i].where,
			    "%s and SystemCallFilter=%s: %s",
			    grants->at[i].text, sender, what);
}

/*
 * A server of datagrams sends anywhere by the socket that it was bound to,
 * whatever else it has, and cannot do without: what the line of a connection
 * still says is whom it hears.
 */
static bool
answers_anyone(const struct psd_policy *policy)
{
	const struct psd_grants *grants =
	    &policy->grants[psd_op_find(PSD_OP_bind) - psd_op_rows];

	for (size_t i = 0; i < grants->n; i++)
		if (!grants->at[i].is_deny)
			return true;
	return false;
}

void
psd_finish_net(struct psd_build *build)
{
	const char *sender = find_sender(build->policy);

	if (sender == NULL)
		return;
	if (!answers_anyone(build->policy))
		warn(build, PSD_OP_connect, UINT32_C(1) << PSD_PROTOCOL_UDP,
		    sender,
		    "the socket sends anywhere; leave one of the two out");
	warn(build, PSD_OP_icmp_socket, 0, sender,
	    "the socket asks any address; leave one of the two out");
	warn(build, PSD_OP_packet_socket, 0, sender,
	    "the socket sends any frame by any interface; leave that out of "
	    "the filter and send by AllowSendFrame=");
}
