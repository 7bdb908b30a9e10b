/* SPDX-License-Identifier: ISC */
#ifndef PSD_CLIENT_ANSWER_H
#define PSD_CLIENT_ANSWER_H

#include "daemon/peer.h"
#include "policy/policy.h"

struct psd_service;

/*
 * Answers the hello that a client has sent, or is about to, with status and
 * ends the conversation in both directions; one line of the log says who was
 * refused and why.
 */
void psd_client_tell_refused(struct psd_service *service, int fd,
    const struct psd_peer *who, int status, const char *why);

/* The same without an answer, which somebody else gives. */
void psd_client_note_refused(struct psd_service *service,
    const struct psd_peer *who, const char *why);

/* Counts, and where LogVerdicts=all, tells. */
void psd_client_tell_admitted(struct psd_service *service,
    const struct psd_peer *who, const struct psd_admission *word);

#endif
