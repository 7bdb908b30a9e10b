/* SPDX-License-Identifier: ISC */
#ifndef PSD_CLIENT_WORD_H
#define PSD_CLIENT_WORD_H

#include "daemon/peer.h"
#include "policy/policy.h"

/*
 * The word of Clients= that admits whoever is behind fd; NULL, and why, when
 * there is none.
 */
const struct psd_admission *
psd_client_find_word(const struct psd_policy *policy, int fd,
    const struct psd_peer *peer, const char **ret_why);

#endif
