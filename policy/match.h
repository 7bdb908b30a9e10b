/* SPDX-License-Identifier: ISC */
#ifndef PSD_MATCH_H
#define PSD_MATCH_H

#include "common/print.h"
#include "policy/domain.h"
#include "policy/policy.h"

enum { PSD_MATCH_PATHS_MAX = 2 };

/* What of a request a grant can speak of. */
struct psd_question {
	bool has_access, has_priority, has_setting, has_label, has_distance;
	bool has_protocol, has_endpoint, has_host, has_port;
	bool is_moving; /* the distance is from now */
	uint32_t access;
	uint32_t priority;
	uint32_t protocol;
	uint32_t family; /* 0 where it is left open, or none is asked for */
	uint16_t port;   /* of a site, whose host is in host */
	struct psd_endpoint endpoint; /* the address that it is */
	uint64_t distance;            /* nanoseconds (policy/distance.h) */
	struct psd_str paths[PSD_MATCH_PATHS_MAX];
	size_t n_paths;
	struct psd_str label; /* that, or a mode or owner in printed */
	/* Good where it is said above that they are there. */
	char printed[PSD_OWNER_TEXT_MAX + 1];
	char host[PSD_DOMAIN_SIZE];        /* in the one spelling */
	char setting[PSD_SETTING_MAX + 1]; /* in the one spelling */
};

/* Does a field of this kind appear in a grant? */
bool psd_match_is_grantable(enum psd_kind kind);

/* Reads a decoded request of row.  False when no grant can cover it. */
bool psd_match_ask(const struct psd_op_row *row, const void *req,
    struct psd_question *ret);

/* Does an Allow line cover all of the question? */
bool psd_match_allows(const struct psd_grant *grant,
    const struct psd_question *question);

/* Does a Deny line cover any of it? */
bool psd_match_denies(const struct psd_grant *grant,
    const struct psd_question *question);

#endif
