/* SPDX-License-Identifier: ISC */
#include "daemon/talk.h"

#include "common/codec.h"
#include "common/hot.h"
#include "common/log.h"
#include "daemon/dispose.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "daemon/trace.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

enum {
	FRAMES_PER_TURN = 16, /* fair turns: then the other helpers come */
	BURST_USEC = 1000,    /* the same, where one takes long */
	FRAMES_OF_THE_DEAD = 1024,
	PROBE_EVERY = 31, /* a prime, and so seldom the last of each burst */
	RETRY_USEC = 100000,
	CLOSING_USEC = 10000,
	PAUSE_LATE_USEC = 1000, /* of a second of RequestRate= */
};

/* One thread, so one frame to read into is enough. */
static struct psd_frame incoming;

/* Compared, and no more: it may be gone. */
static const struct psd_conversation *asked_last;

static int
resume(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct psd_conversation *conversation = userdata;

	(void)source;
	(void)usec;
	conversation->pause_source =
	    sd_event_source_disable_unref(conversation->pause_source);
	psd_talk_watch(conversation);
	return 0;
}

static int
add_pause(struct psd_conversation *conversation, uint64_t usec)
{
	return conversation->pause_source != NULL
	    ? 0
	    : sd_event_add_time(psd_loop(
				    conversation->instance->service->daemon),
		  &conversation->pause_source, CLOCK_MONOTONIC, usec,
		  PAUSE_LATE_USEC, resume, conversation);
}

/* Reads nothing until then.  False when there is no memory for a timer. */
static bool
pause_until(struct psd_conversation *conversation, uint64_t usec)
{
	if (add_pause(conversation, usec) < 0)
		return false;
	psd_talk_watch(conversation);
	return true;
}

void
psd_talk_watch(struct psd_conversation *conversation)
{
	const bool ended = conversation->conv.state == PSD_CONV_REMOTE_ENDED ||
	    conversation->conv.state == PSD_CONV_CLOSED;
	const bool blocked = !STAILQ_EMPTY(&conversation->unsent);
	const bool paused = conversation->pause_source != NULL;
	const uint32_t events = blocked ? EPOLLOUT
	    : ended || paused           ? 0
					: EPOLLIN;
	int r;

	if (conversation->pair_source == NULL)
		return;
	/*
	 * EPOLLHUP is told whatever we ask for, and goes on for ever: once
	 * there is nothing to do for the pair, the pidfd tells what is left.
	 */
	r = sd_event_source_set_enabled(conversation->pair_source,
	    events == 0 ? SD_EVENT_OFF : SD_EVENT_ON);
	/* The kernel has no memory to look: or it would be deaf for good. */
	if (r < 0 && events != 0)
		(void)add_pause(conversation, psd_now() + RETRY_USEC);
	if (events != 0)
		(void)sd_event_source_set_io_events(conversation->pair_source,
		    events);
}

/*
 * The helper's own end: answer what is outstanding, then end in turn.  That it
 * was said by shutdown() shows only as long as the helper still has its end
 * open: a dead one's looks the same once it is closed.  Which is why a helper
 * waits for our end before it exits.
 */
static void
remote_ended(struct psd_conversation *conversation)
{
	if (!conversation->said_end) {
		conversation->said_end = psd_conversation_is_held(conversation);
		if (conversation->said_end)
			psd_trace_ended(conversation, true);
		if (conversation->origin == NULL)
			psd_instance_ended(conversation->instance);
		else
			psd_conversation_end(conversation);
	}
	psd_talk_watch(conversation);
}

/*
 * RequestRate= is a speed, not a refusal: nothing is read until it fits.  Nor
 * before what came along with an earlier request is closed.
 */
static bool
must_pause(struct psd_conversation *conversation)
{
	if (psd_dispose_is_busy(conversation->instance) &&
	    pause_until(conversation, psd_now() + CLOSING_USEC))
		return true;
	return conversation->instance->requests.interval_usec != 0 &&
	    !psd_rate_pass(&conversation->instance->requests, psd_now()) &&
	    pause_until(conversation,
		psd_rate_next_usec(&conversation->instance->requests));
}

/* Reads and answers one frame.  False when there is nothing more to do. */
static bool
converse(struct psd_conversation *conversation)
{
	conversation->instance->service->daemon->turns.answered_usec = 0;
	switch (psd_conv_recv(&conversation->conv, 0, &incoming)) {
	case PSD_HEARD_FRAME:
		psd_dispatch(conversation, &incoming);
		return STAILQ_EMPTY(&conversation->unsent) &&
		    !conversation->instance->is_broken;
	case PSD_HEARD_END:
		remote_ended(conversation);
		return false;
	case PSD_HEARD_BROKEN:
		psd_instance_break(conversation->instance,
		    "sent a malformed record");
		return false;
	case PSD_HEARD_ERROR:
		/* No memory, say: nothing was lost, so it is tried again. */
		psd_instance_log(conversation->instance, LOG_ERR,
		    "cannot read: %s", strerror(errno));
		(void)pause_until(conversation, psd_now() + RETRY_USEC);
		return false;
	case PSD_HEARD_NOTHING:
		break;
	}
	return false;
}

/* A helper's conversations share its turn. */
static unsigned
frames_per_turn(const struct psd_conversation *conversation)
{
	return FRAMES_PER_TURN / (1 + conversation->instance->n_clones);
}

/*
 * One frame a wake-up is the cheapest way for a helper that waits for each
 * answer; for one that sends several at once a second recvmsg() saves a turn
 * of the loop.  Whether it pays is learnt from the last time, and tried anew
 * now and then.  Where others ask, too, each has one frame a turn.
 */
static void
read_frames(struct psd_conversation *conversation)
{
	const struct psd_daemon *daemon =
	    conversation->instance->service->daemon;
	const bool goes_on = conversation == asked_last &&
	    (conversation->expects_more ||
		++conversation->since_probe >= PROBE_EVERY);
	unsigned n = 0;

	asked_last = conversation;
	do {
		if (must_pause(conversation) || !converse(conversation))
			break;
		n++;
	} while (goes_on && n < frames_per_turn(conversation) &&
	    psd_now() - psd_loop_woken_usec(daemon) < BURST_USEC);
	if (!goes_on)
		return;
	conversation->since_probe = 0;
	conversation->expects_more = n > 1;
}

static void
talk_on(struct psd_conversation *conversation, uint32_t events)
{
	if (!STAILQ_EMPTY(&conversation->unsent)) {
		if ((events & EPOLLHUP) != 0)
			psd_conversation_discard_unsent(conversation);
		psd_talk_flush(conversation);
		psd_talk_watch(conversation);
		return;
	}
	read_frames(conversation);
	if ((events & EPOLLHUP) != 0 && !conversation->instance->is_broken)
		psd_talk_watch(conversation);
}

/* A clone that is over goes here, where nobody is in the midst of it. */
PSD_HOT void
psd_talk_turn(struct psd_conversation *conversation, uint32_t events)
{
	conversation->instance->service->daemon->turns.work = PSD_WORK_REQUESTS;
	talk_on(conversation, events);
	psd_conversation_reap(conversation);
}

static int
on_pair(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	psd_loop_remember(userdata);
	psd_talk_turn(userdata, events);
	return 0;
}

int
psd_talk_start(struct psd_conversation *conversation)
{
	return sd_event_add_io(psd_loop(
				   conversation->instance->service->daemon),
	    &conversation->pair_source, conversation->conv.fd, EPOLLIN, on_pair,
	    conversation);
}

int
psd_talk_resume(struct psd_conversation *conversation)
{
	const int r = psd_talk_start(conversation);

	psd_talk_watch(conversation);
	return r;
}

/* Reads on as long as left allows, which all conversations share. */
static void
drain(struct psd_conversation *conversation, unsigned *left)
{
	const struct psd_instance *instance = conversation->instance;

	psd_conversation_discard_unsent(conversation);
	while (!instance->is_broken && *left > 0 &&
	    !psd_dispose_is_busy(instance) &&
	    psd_conv_recv(&conversation->conv, 0, &incoming) ==
		PSD_HEARD_FRAME) {
		(*left)--;
		psd_dispatch(conversation, &incoming);
		psd_conversation_discard_unsent(conversation);
	}
}

void
psd_talk_drain(struct psd_instance *instance)
{
	struct psd_conversation *clone;
	unsigned left = FRAMES_OF_THE_DEAD;

	drain(&instance->first, &left);
	TAILQ_FOREACH(clone, &instance->clones, of_instance)
		drain(clone, &left);
	instance->service->daemon->turns.answered_usec = 0;
}

void
psd_talk_stop(struct psd_conversation *conversation)
{
	psd_conversation_discard_unsent(conversation);
	psd_loop_forget(conversation);
	conversation->pair_source =
	    sd_event_source_disable_unref(conversation->pair_source);
	conversation->pause_source =
	    sd_event_source_disable_unref(conversation->pause_source);
}
