/* SPDX-License-Identifier: ISC */
#include "policy/grant_net.h"

#include "common/endpoint.h"
#include "policy/reach.h"

#include <string.h>

const char *
psd_grant_net_protocols(const char *word, struct psd_grant *grant)
{
	for (const char *at = word;; at++) {
		const size_t len = strcspn(at, ",");
		const uint32_t protocol = psd_protocol_find(at, len);

		/* No operation knows another one yet. */
		if (protocol != PSD_PROTOCOL_TCP)
			return "the one protocol there is here is tcp";
		grant->protocols |= UINT32_C(1) << protocol;
		at += len;
		if (*at == '\0')
			return NULL;
	}
}

const char *
psd_grant_net_reach(struct psd_build *build, const char *word,
    struct psd_grant *grant)
{
	struct psd_reach *reach =
	    psd_arena_take(build->policy->arena, 1, sizeof(*reach));
	const char *wrong;

	if (reach == NULL) {
		psd_build_no_memory(build);
		return NULL;
	}
	wrong = psd_reach_parse(word, reach);
	grant->reach = reach;
	return wrong;
}
