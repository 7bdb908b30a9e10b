/* SPDX-License-Identifier: ISC */
#include "daemon/client_word.h"

#include "policy/admission.h"

#include <errno.h>

const struct psd_admission *
psd_client_find_word(const struct psd_policy *policy, int fd,
    const struct psd_peer *peer, const char **ret_why)
{
	struct psd_admission_who who = { .uid = peer->uid, .gid = peer->gid };
	char unit[PSD_UNIT_SIZE];

	*ret_why = "not in Clients=";
	if (psd_admission_has(policy, PSD_ADMIT_UNIT)) {
		const int r = psd_peer_unit(peer, unit);

		if (r == 0)
			who.unit = unit;
		else if (r != -ENOENT)
			*ret_why = "not in Clients=, and its unit cannot be "
				   "told";
	}
	if (psd_admission_has(policy, PSD_ADMIT_GROUP)) {
		const int n = psd_peer_groups(fd, &who.groups);

		who.n_groups = n < 0 ? 0 : (size_t)n;
	}
	return psd_admission_find(policy, &who);
}
