/* SPDX-License-Identifier: ISC */
#ifndef PSD_DAEMON_LOOKUP_H
#define PSD_DAEMON_LOOKUP_H

#include "daemon/call.h"

#include <sys/queue.h>

struct psd_daemon;
struct psd_frame;

/*
 * Looks that wait for a resolver (daemon/resolver.h), or that one is busy
 * with.  Each resolver has one at a time.  They wait in turns: of two helpers
 * that both have some waiting, each is served after the other, however many
 * either has; and no service keeps the last free resolver busy, so that one
 * whose looks hang does not hang the others'.
 */
struct psd_lookup;
TAILQ_HEAD(psd_lookup_queue, psd_lookup);

/* What waits in all; then the last in turn gives way. */
enum { PSD_LOOKUPS_MAX = 1024 };

struct psd_lookups {
	struct psd_lookup_queue waiting; /* the next one first */
	unsigned n_waiting;
	uint64_t turn; /* of the one that was begun last */
	uint32_t last_id;
};

void psd_lookups_init(struct psd_lookups *lookups);

/*
 * What becomes of the answer: finishes call by psd_call_finish().  status is
 * 0, and then rep has what came, judged as to kinds and bounds only; or what
 * went wrong: -ETIMEDOUT when RequestTimeoutSec= was over, -EREMOTEIO when the
 * resolver died over it or answered nonsense, -EBUSY when too many wait, or
 * what the resolver says, which is never -EPERM.
 */
typedef void psd_lookup_done(struct psd_call *call, uint64_t cookie, int status,
    const union psd_any_rep *rep);

/*
 * Asks a resolver for an operation on the helper's behalf (op of
 * common/resolver.def, req its struct).  Returns PSD_LATER, after which done is
 * called once with the call kept and the cookie, unless the helper ends before;
 * or -errno.
 */
int psd_lookup(struct psd_call *call, enum psd_op op, void *req,
    psd_lookup_done *done, uint64_t cookie);

/*
 * What a resolver is busy with, as it is told to a process that goes on with
 * it: whoever waits asks anew there, and is given that answer.
 */
struct psd_look_carried {
	uint32_t op, id;
	uint64_t deadline_usec;
	const unsigned char *bytes; /* of the request's frame */
	uint32_t len;
};
void psd_lookup_tell(const struct psd_lookup *lookup,
    struct psd_look_carried *ret);

/* 0, -EINVAL when there is no such question, or another -errno. */
int psd_lookup_resume(struct psd_instance *resolver,
    const struct psd_look_carried *carried);

/* A resolver has sent a reply, is ready and told so, or is lost. */
void psd_lookup_answer(struct psd_instance *resolver, struct psd_frame *frame);
void psd_lookup_next(struct psd_daemon *daemon);
void psd_lookup_lost(struct psd_instance *resolver);

#endif
