/* SPDX-License-Identifier: ISC */
#include "policy/grant_net.h"

#include "common/endpoint.h"
#include "common/mem.h"
#include "policy/reach.h"

#include <string.h>

#define BIT(protocol) (UINT32_C(1) << PSD_PROTOCOL_##protocol)

/* What an operation makes of each is in its op_*.c; all others know tcp. */
static const struct known {
	enum psd_op op;
	uint32_t protocols;
	const char *wrong;
} known[] = {
	{ PSD_OP_connect, BIT(TCP) | BIT(UDP),
	    "there is tcp and udp, or both as in tcp,udp" },
	{ PSD_OP_connect_name, BIT(TCP) | BIT(UDP),
	    "there is tcp and udp, or both as in tcp,udp" },
	/* Which of the two, policy/ports.c says. */
	{ PSD_OP_bind, BIT(TCP) | BIT(UDP),
	    "the one protocol there is here is udp" },
	{ PSD_OP_listen, BIT(TCP), "the one protocol there is here is tcp" },
};

static const struct known *
known_to(const struct psd_op_row *row)
{
	for (size_t i = 0; i + 1 < PSD_ELEMENTS(known); i++)
		if (known[i].op == row->op)
			return &known[i];
	return &known[PSD_ELEMENTS(known) - 1];
}

const char *
psd_grant_net_protocols(const struct psd_op_row *row, const char *word,
    struct psd_grant *grant)
{
	const struct known *here = known_to(row);

	for (const char *at = word;; at++) {
		const size_t len = strcspn(at, ",");
		const uint32_t protocol = psd_protocol_find(at, len);

		if (protocol == 0 ||
		    (here->protocols & UINT32_C(1) << protocol) == 0)
			return here->wrong;
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
