/* SPDX-License-Identifier: ISC */
#ifndef PSD_CONVERSATION_H
#define PSD_CONVERSATION_H

#include "common/conv.h"
#include "daemon/call.h"

#include <systemd/sd-event.h>

/* A frame that the helper had no room for. */
struct psd_unsent {
	STAILQ_ENTRY(psd_unsent) next;
	struct psd_frame frame;
};

/*
 * How many clones a helper may have at a time, each of which takes a descriptor
 * and up to 128 KiB of the kernel's memory; more get -EBUSY.
 */
enum { PSD_CLONES_MAX = 64 };

/*
 * What is said over one pair, from the first frame to the last, and what may be
 * asked there.  It belongs to an instance, which is the process.  Its fields
 * are for daemon/conversation.c, instance*.c, talk.c and call.c.
 */
struct psd_conversation {
	TAILQ_ENTRY(psd_conversation) of_instance; /* of a clone */
	struct psd_instance *instance;
	/*
	 * That a clone was made from, or, once that is over, what that was made
	 * from; NULL for the first conversation of an instance.
	 */
	struct psd_conversation *origin;
	struct psd_conv conv;
	struct psd_rights rights;
	uint64_t pair_inode; /* of the helper's end, for the leak finder */
	uint32_t number;     /* 0: the instance's first; clones are counted */

	bool has_greeted;
	bool said_end; /* the helper's shutdown() was seen while it lived */
	bool was_told; /* we ended our side first */

	struct psd_calls waiting;
	uint32_t n_waiting;
	STAILQ_HEAD(psd_unsents, psd_unsent) unsent;
	bool expects_more; /* its last frames came in a burst */
	uint8_t since_probe;

	sd_event_source *pair_source;
	sd_event_source *pause_source;    /* RequestRate= used up */
	sd_event_source *deadline_source; /* for reading its replies */
};

TAILQ_HEAD(psd_conversations, psd_conversation);

/* One without a pair and rights yet. */
void psd_conversation_init(struct psd_conversation *conversation,
    struct psd_instance *instance);

/* Of its pair, which is there: may descriptors come, as the policy says? */
void psd_conversation_expect_fds(struct psd_conversation *conversation);

/*
 * Makes its pair, keeps our end, and gives the helper's to the caller.  0 or
 * -errno; what was made then goes with psd_conversation_release().
 */
int psd_conversation_open(struct psd_conversation *conversation,
    int *ret_theirs);

/*
 * Ends our side: waiting calls are answered -ECANCELED, then shutdown(), once
 * the helper has read its replies.
 */
void psd_conversation_end(struct psd_conversation *conversation);

/* Ends both sides at once, without an answer to what waits. */
void psd_conversation_drop(struct psd_conversation *conversation);

/* The same, and gives back all that it has. */
void psd_conversation_release(struct psd_conversation *conversation);

/* It has agreed on a version. */
void psd_conversation_greeted(struct psd_conversation *conversation);

/*
 * Keeps a frame until the helper has room, and takes over its descriptors: 0 or
 * -ENOMEM.  Frees all that were kept.
 */
int psd_conversation_keep_unsent(struct psd_conversation *conversation,
    const struct psd_frame *frame);
void psd_conversation_discard_unsent(struct psd_conversation *conversation);

/*
 * It does not read its replies: after that time, RequestTimeoutSec= at first,
 * the helper is killed, unless psd_conversation_replies_sent() comes before.
 */
void psd_conversation_reply_deadline(struct psd_conversation *conversation,
    uint64_t usec);
void psd_conversation_replies_sent(struct psd_conversation *conversation);

/*
 * Makes a clone with the same rights, which shares what is used up, and gives
 * the helper's end of its pair to the caller.  0; -EBUSY when there are
 * PSD_CLONES_MAX; -ESHUTDOWN when the helper is ending; or another -errno.
 */
int psd_conversation_clone(struct psd_conversation *origin, int *ret_theirs);

/*
 * The clone alone, with its rights and without a pair or a number.  NULL: out of
 * memory.
 */
struct psd_conversation *psd_conversation_make_clone(
    struct psd_conversation *origin);

/*
 * Frees a clone that both sides have ended, when all that it was answered has
 * been read; does nothing to others.
 */
void psd_conversation_reap(struct psd_conversation *conversation);

/* Frees a clone. */
void psd_conversation_free(struct psd_conversation *clone);

/*
 * No clone stays in a phase that its origin has left: takes along those of a
 * conversation that has gone on.
 */
void psd_conversation_take_along(const struct psd_conversation *origin);

/*
 * Does anybody hold the helper's end, or a copy of it?  Once both sides have
 * shut down the socket does not say.
 */
bool psd_conversation_is_held(const struct psd_conversation *conversation);

#endif
