/* SPDX-License-Identifier: ISC */
#ifndef PSD_LOOP_H
#define PSD_LOOP_H

#include <systemd/sd-event.h>

struct psd_conversation;
struct psd_daemon;

/*
 * The loop is sd-event's.  While nothing but requests comes they are answered
 * between two of its turns, each of which takes as long as much of what a
 * request needs otherwise: whatever else is there to do comes in a turn.
 *
 * sd-event then waits for what it knew before, and its time stands still.  So
 * nobody takes psd_daemon.event, but asks for it here, or says so before a
 * timer or a deferred source that is there already is changed.  And no source of
 * a descriptor is SD_EVENT_ONESHOT: what is looked at between two turns the
 * kernel would not tell again.
 */
sd_event *psd_loop(const struct psd_daemon *daemon);
void psd_loop_change(void);

/*
 * By how much a timer of so long, or for then, may be late, for sd-event to wake
 * us once for several: a 64th, and no more than 250 ms.  Never 0, which sd-event
 * takes for 250 ms.
 */
uint64_t psd_loop_slack(uint64_t usec);
uint64_t psd_loop_slack_until(uint64_t due_usec);

/*
 * One turn, and the requests before it, each of which is a turn for whoever
 * counts them.  It waits until there is something to do.  As sd_event_run().
 */
int psd_loop_turn(struct psd_daemon *daemon);

/* When what is done now was woken for, in the time of psd_now(). */
uint64_t psd_loop_woken_usec(const struct psd_daemon *daemon);

/* Its source has been dispatched, and may be again; or is about to be freed. */
void psd_loop_remember(struct psd_conversation *conversation);
void psd_loop_forget(const struct psd_conversation *conversation);

#endif
