/* SPDX-License-Identifier: ISC */
#ifndef PSD_LOOKUP_LINE_H
#define PSD_LOOKUP_LINE_H

#include "daemon/daemon.h"

struct psd_instance;
struct psd_service;

/* A look, and the line in which it waits.  For daemon/lookup*.c alone. */
struct psd_lookup {
	TAILQ_ENTRY(psd_lookup) of_queue;
	struct psd_daemon *daemon;
	struct psd_call *call;          /* NULL: nobody waits for it any more */
	struct psd_instance *resolver;  /* busy with it; NULL: it waits */
	const struct psd_service *from; /* only ever compared */
	const struct psd_op_row *row;
	psd_lookup_done *done;
	uint64_t cookie;
	uint64_t turn;
	uint32_t id;
	sd_event_source *deadline;
	uint32_t len; /* of the request's frame */
	unsigned char bytes[];
};

/*
 * Puts it in line, behind those of its own helper that have not begun, and
 * behind those of others that have the same turn already.
 */
void psd_lookup_queue(struct psd_lookup *lookup, struct psd_instance *peer);

/* Takes it out of the line. */
void psd_lookup_unqueue(struct psd_lookup *lookup);

/* Frees one that is on no queue, and no resolver's, any more. */
void psd_lookup_free(struct psd_lookup *lookup);

/* Its deadline, RequestTimeoutSec= of whoever asks, is over. */
int psd_lookup_on_deadline(sd_event_source *source, uint64_t usec,
    void *userdata);

/*
 * Is a resolver busy with the same question, for somebody who waits no more?
 * Over a re-exec that is the one who asks it now: then he waits for that, and
 * the look, which is on no queue yet, is freed.
 */
bool psd_lookup_join(struct psd_lookup *lookup);

/* The next one that may begin, or NULL. */
struct psd_lookup *psd_lookup_choose(const struct psd_daemon *daemon);

#endif
