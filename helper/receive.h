/* SPDX-License-Identifier: ISC */
#ifndef PSD_RECEIVE_H
#define PSD_RECEIVE_H

#include "helper/conversation.h"
#include "helper/deadline.h"

/*
 * Receives replies and hands them to those who wait for them.  All of it is
 * called with the conversation's lock held and returns with it held.
 */

/* May this thread receive?  Not while another does, or a reply is unread. */
bool psd_receive_is_free(const struct psd_exchange *exchange);

/*
 * Receives one record; gives up the lock while it waits.  Returns 0 when it
 * was a reply, -EAGAIN when none came by the deadline, and otherwise what the
 * conversation ended with.  Only when psd_receive_is_free().
 */
int psd_receive(struct psd_exchange *exchange, psd_deadline deadline);

/*
 * Waits until a request can be sent, and receives what there is meanwhile: a
 * daemon that cannot send its replies does not read requests.  Returns 0 when
 * it is worth another attempt, -ETIMEDOUT, or another -errno.
 */
int psd_receive_until_sendable(struct psd_exchange *exchange,
    psd_deadline deadline);

/*
 * Somebody has to receive as long as somebody waits.  Whoever stops doing so,
 * or frees a place, calls this.
 */
void psd_receive_pass_on(struct psd_exchange *exchange);

/*
 * The daemon broke the protocol: ends the conversation in both directions.
 * Returns -EPROTO.  The descriptor stays open until the conversation is
 * freed, since another thread may be about to use its number.
 */
int psd_receive_break(struct psd_exchange *exchange);

#endif
