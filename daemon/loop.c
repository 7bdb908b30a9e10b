/* SPDX-License-Identifier: ISC */
#include "daemon/loop.h"

#include "common/hot.h"
#include "common/mem.h"
#include "daemon/daemon.h"
#include "daemon/talk.h"

#include <sys/epoll.h>

/* So many bursts, then a turn in which all that is there is looked for. */
enum { REQUESTS_MAX = 64, PLACES = 256 };

enum { SLACK_PART = 64, SLACK_MAX_USEC = 250000 };

/* One thread, and one loop. */
static sd_event *waiting; /* between two turns, with nothing left to do */
static int left;          /* what sd_event_wait() said when that was over */
static uint64_t woken_usec;

/* Whoever asked last, by its source's address. */
static struct psd_conversation *lately[PLACES];

static struct psd_conversation **
place_of(const void *source)
{
	return &lately[((uintptr_t)source >> 4) % PLACES];
}

void
psd_loop_remember(struct psd_conversation *conversation)
{
	*place_of(conversation->pair_source) = conversation;
}

void
psd_loop_forget(const struct psd_conversation *conversation)
{
	struct psd_conversation **place = place_of(conversation->pair_source);

	if (*place == conversation)
		*place = NULL;
}

void
psd_loop_change(void)
{
	sd_event *event = waiting;

	waiting = NULL;
	if (event != NULL)
		left = sd_event_wait(event, 0);
}

sd_event *
psd_loop(const struct psd_daemon *daemon)
{
	psd_loop_change();
	return daemon->event;
}

uint64_t
psd_loop_slack(uint64_t usec)
{
	const uint64_t slack = usec / SLACK_PART;

	return slack == 0 ? 1 : slack < SLACK_MAX_USEC ? slack : SLACK_MAX_USEC;
}

uint64_t
psd_loop_slack_until(uint64_t due_usec)
{
	const uint64_t now = psd_now();

	return psd_loop_slack(due_usec > now ? due_usec - now : 0);
}

PSD_HOT uint64_t
psd_loop_woken_usec(const struct psd_daemon *daemon)
{
	uint64_t usec = woken_usec;

	if (usec == 0 &&
	    sd_event_now(daemon->event, CLOCK_MONOTONIC, &usec) < 0)
		usec = psd_now();
	return usec;
}

/*
 * Whose turn it is, or NULL: something else.  sd-event has a source's address in
 * the kernel's set of what it waits for.  Nothing but that is compared, and an
 * sd-event that had something else there would only do all by itself.
 */
PSD_HOT static struct psd_conversation *
wait_for_request(int epoll, uint32_t *ret_events)
{
	struct psd_conversation *conversation;
	struct epoll_event event;

	if (epoll_wait(epoll, &event, 1, -1) != 1)
		return NULL;
	conversation = *place_of(event.data.ptr);
	*ret_events = event.events;
	return conversation != NULL &&
		event.data.ptr == conversation->pair_source
	    ? conversation
	    : NULL;
}

/* What else has come is still there for sd-event. */
PSD_HOT static void
answer_requests(struct psd_daemon *daemon)
{
	const int epoll = sd_event_get_fd(daemon->event);

	for (unsigned n = 0; n < REQUESTS_MAX && waiting != NULL; n++) {
		struct psd_conversation *conversation;
		uint32_t events;

		conversation = wait_for_request(epoll, &events);
		if (conversation == NULL)
			return;
		woken_usec = psd_now();
		psd_talk_turn(conversation, events);
		psd_turn_end(daemon);
		woken_usec = 0;
	}
}

PSD_HOT int
psd_loop_turn(struct psd_daemon *daemon)
{
	int r = sd_event_prepare(daemon->event);

	if (r == 0) {
		waiting = daemon->event;
		answer_requests(daemon);
		r = left;
		if (waiting != NULL)
			r = sd_event_wait(daemon->event, UINT64_MAX);
		waiting = NULL;
	}
	return r > 0 ? sd_event_dispatch(daemon->event) : r;
}
