/* SPDX-License-Identifier: ISC */
#include "daemon/conversation.h"

#include "common/fd.h"
#include "common/hot.h"
#include "common/log.h"
#include "common/pair.h"
#include "common/sys.h"
#include "daemon/dispose.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "daemon/talk.h"
#include "daemon/trace.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

void
psd_conversation_init(struct psd_conversation *conversation,
    struct psd_instance *instance)
{
	*conversation = (struct psd_conversation){ .instance = instance };
	psd_conv_init(&conversation->conv, PSD_NO_FD);
	TAILQ_INIT(&conversation->waiting);
	STAILQ_INIT(&conversation->unsent);
}

/*
 * Where no grant of the policy takes a descriptor, none can come.  This is
 * said before the helper has its end.
 */
void
psd_conversation_expect_fds(struct psd_conversation *conversation)
{
	if (conversation->instance->loaded->takes_descriptors)
		conversation->conv.drop = psd_dispose;
	else
		psd_conv_refuse_fds(&conversation->conv);
}

/* The helper's end is known later by its inode, should a copy outlive it. */
int
psd_conversation_open(struct psd_conversation *conversation, int *ret_theirs)
{
	_cleanup_fd_ int theirs = PSD_NO_FD;
	struct stat status;
	int ends[2], r;

	r = psd_pair(SOCK_SEQPACKET, ends);
	if (r < 0)
		return r;
	psd_conv_init(&conversation->conv, ends[0]);
	theirs = ends[1];
	psd_conversation_expect_fds(conversation);
	r = psd_pair_bound_queues(ends);
	if (r < 0)
		return r;
	if (fstat(theirs, &status) < 0)
		return -errno;
	conversation->pair_inode = status.st_ino;
	*ret_theirs = psd_fd_take(&theirs);
	return 0;
}

void
psd_conversation_greeted(struct psd_conversation *conversation)
{
	conversation->has_greeted = true;
	psd_instance_greeted(conversation->instance);
}

int
psd_conversation_keep_unsent(struct psd_conversation *conversation,
    const struct psd_frame *frame)
{
	struct psd_unsent *unsent = malloc(sizeof(*unsent));

	if (unsent == NULL)
		return -ENOMEM;
	memcpy(&unsent->frame, frame,
	    offsetof(struct psd_frame, bytes) + frame->len);
	STAILQ_INSERT_TAIL(&conversation->unsent, unsent, next);
	return 0;
}

void
psd_conversation_discard_unsent(struct psd_conversation *conversation)
{
	struct psd_unsent *unsent;

	while ((unsent = STAILQ_FIRST(&conversation->unsent)) != NULL) {
		STAILQ_REMOVE_HEAD(&conversation->unsent, next);
		psd_frame_clear(&unsent->frame);
		free(unsent);
	}
}

static int
on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_conversation *conversation = userdata;

	(void)source;
	(void)usec;
	psd_instance_overdue(conversation->instance,
	    "does not read its replies");
	return 0;
}

void
psd_conversation_reply_deadline(struct psd_conversation *conversation,
    uint64_t usec)
{
	struct psd_instance *instance = conversation->instance;

	if (conversation->deadline_source == NULL &&
	    sd_event_add_time_relative(psd_loop(instance->service->daemon),
		&conversation->deadline_source, CLOCK_MONOTONIC, usec,
		psd_loop_slack(usec), on_deadline, conversation) < 0)
		psd_instance_log(instance, LOG_ERR, "no memory for a deadline");
}

/* Who cannot be told would wait for it for ever. */
static void
say_end(struct psd_conversation *conversation)
{
	const int r = psd_conv_end(&conversation->conv);

	if (r < 0)
		psd_instance_break(conversation->instance,
		    "its end cannot be told: %s", strerror(-r));
}

void
psd_conversation_replies_sent(struct psd_conversation *conversation)
{
	conversation->deadline_source =
	    sd_event_source_disable_unref(conversation->deadline_source);
	/* What we put off until everything was answered. */
	if (conversation->said_end || conversation->was_told)
		say_end(conversation);
}

void
psd_conversation_end(struct psd_conversation *conversation)
{
	const struct psd_instance *instance = conversation->instance;

	if (conversation->conv.state == PSD_CONV_OPEN) {
		conversation->was_told = true;
		psd_trace_ended(conversation, false);
	}
	/* Answering may break the whole instance, and drop what waits. */
	while (!TAILQ_EMPTY(&conversation->waiting) && !instance->is_broken)
		psd_call_finish(TAILQ_FIRST(&conversation->waiting), -ECANCELED,
		    NULL);
	if (!instance->is_broken && STAILQ_EMPTY(&conversation->unsent))
		say_end(conversation);
}

void
psd_conversation_drop(struct psd_conversation *conversation)
{
	while (!TAILQ_EMPTY(&conversation->waiting))
		psd_call_drop(TAILQ_FIRST(&conversation->waiting));
	psd_talk_stop(conversation);
	conversation->deadline_source =
	    sd_event_source_disable_unref(conversation->deadline_source);
	psd_conv_close(&conversation->conv);
}

void
psd_conversation_release(struct psd_conversation *conversation)
{
	psd_conversation_drop(conversation);
	psd_rights_free(&conversation->rights);
}

bool
psd_conversation_is_held(const struct psd_conversation *conversation)
{
	struct pollfd look = { .fd = conversation->conv.fd };

	return conversation->conv.fd >= 0 && poll(&look, 1, 0) >= 0 &&
	    (look.revents & POLLHUP) == 0;
}

static int
begin_clone(struct psd_conversation *clone, int *ret_theirs)
{
	_cleanup_fd_ int theirs = PSD_NO_FD;
	int r;

	r = psd_conversation_open(clone, &theirs);
	if (r == 0)
		r = psd_talk_start(clone);
	if (r < 0)
		return r;
	*ret_theirs = psd_fd_take(&theirs);
	return 0;
}

struct psd_conversation *
psd_conversation_make_clone(struct psd_conversation *origin)
{
	struct psd_instance *instance = origin->instance;
	struct psd_conversation *clone = malloc(sizeof(*clone));

	if (clone == NULL)
		return NULL;
	psd_conversation_init(clone, instance);
	if (psd_rights_clone(&clone->rights, &origin->rights) < 0) {
		free(clone);
		return NULL;
	}
	clone->origin = origin;
	TAILQ_INSERT_TAIL(&instance->clones, clone, of_instance);
	instance->n_clones++;
	return clone;
}

int
psd_conversation_clone(struct psd_conversation *origin, int *ret_theirs)
{
	struct psd_instance *instance = origin->instance;
	struct psd_conversation *clone;
	int r;

	if (instance->state == PSD_INSTANCE_ENDING)
		return -ESHUTDOWN;
	if (instance->n_clones == PSD_CLONES_MAX)
		return -EBUSY;
	clone = psd_conversation_make_clone(origin);
	if (clone == NULL)
		return -ENOMEM;
	/* The numbers come round, and 0 is the first conversation. */
	if (++instance->last_clone == 0)
		instance->last_clone = 1;
	clone->number = instance->last_clone;
	r = begin_clone(clone, ret_theirs);
	if (r < 0)
		psd_conversation_free(clone);
	return r;
}

void
psd_conversation_free(struct psd_conversation *clone)
{
	struct psd_instance *instance = clone->instance;
	struct psd_conversation *other;

	TAILQ_REMOVE(&instance->clones, clone, of_instance);
	instance->n_clones--;
	TAILQ_FOREACH(other, &instance->clones, of_instance)
		if (other->origin == clone)
			other->origin = clone->origin;
	psd_conversation_release(clone);
	free(clone);
}

PSD_HOT void
psd_conversation_reap(struct psd_conversation *conversation)
{
	if (conversation->origin != NULL &&
	    conversation->conv.state == PSD_CONV_CLOSED &&
	    STAILQ_EMPTY(&conversation->unsent))
		psd_conversation_free(conversation);
}

static bool
comes_from(const struct psd_conversation *clone,
    const struct psd_conversation *origin)
{
	while (clone != NULL && clone != origin)
		clone = clone->origin;
	return clone == origin;
}

void
psd_conversation_take_along(const struct psd_conversation *origin)
{
	struct psd_conversation *clone;

	TAILQ_FOREACH(clone, &origin->instance->clones, of_instance)
		if (comes_from(clone, origin) &&
		    psd_rights_follow(&clone->rights, &origin->rights))
			psd_call_cancel_lost(clone);
}
