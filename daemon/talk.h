/* SPDX-License-Identifier: ISC */
#ifndef PSD_TALK_H
#define PSD_TALK_H

#include "daemon/instance.h"

/* Watches the pair of a conversation that begins.  0 or -errno. */
int psd_talk_start(struct psd_conversation *conversation);

/*
 * Reads and answers what has come; the loop's, or before it (daemon/loop.h).
 * Frees a clone that is over.
 */
void psd_talk_turn(struct psd_conversation *conversation, uint32_t events);

/*
 * Sends a frame, or keeps it until the helper has room and reads nothing
 * from it meanwhile.  Takes over the frame's descriptors; frame is empty
 * afterwards.
 */
void psd_talk_send(struct psd_conversation *conversation,
    struct psd_frame *frame);

/* Sends what was kept, as far as there is room. */
void psd_talk_flush(struct psd_conversation *conversation);

/*
 * What the loop wakes us for.  A helper that does not read its replies is
 * not read from: backpressure instead of a queue.
 */
void psd_talk_watch(struct psd_conversation *conversation);

/*
 * Reads and answers what a dead helper left, until there is nothing more at
 * the moment: not until end-of-file, which a leaked copy of its end may
 * withhold for ever.
 */
void psd_talk_drain(struct psd_instance *instance);

/* Stops watching and frees what could not be sent. */
void psd_talk_stop(struct psd_conversation *conversation);

/* Watches the pair of a conversation that goes on.  0 or -errno. */
int psd_talk_resume(struct psd_conversation *conversation);

/*
 * Performs a call that has waited since before a re-exec, which it was allowed
 * then, and frees it: it is answered now, or waits anew.
 */
void psd_dispatch_again(struct psd_call *waiting);

/* Answers one request; the frame is empty afterwards (daemon/dispatch.c). */
void psd_dispatch(struct psd_conversation *conversation,
    struct psd_frame *frame);

#endif
