/* SPDX-License-Identifier: ISC */
#ifndef PSD_MESSAGE_H
#define PSD_MESSAGE_H

#include "helper/conversation.h"
#include "helper/deadline.h"

/* Between clients and those who serve them (common/service.def). */

/*
 * The fields of what is to be sent.  The descriptors are copies, to be
 * released by psd_fields_release(); the caller keeps its own.  0 or -errno.
 */
int psd_message_give(const struct privsep_message *message,
    struct psd_bytes *ret_bytes, struct psd_fds *ret_fds);

/*
 * Copies what came into a buffer, where the descriptors become the caller's.
 * -ERANGE: no room for it; the descriptors are closed.
 */
int psd_message_take(const struct psd_bytes *bytes, struct psd_fds *fds,
    struct privsep_buffer *ret);

/*
 * Receives one record into exchange->in, and sends exchange->out, which is
 * empty afterwards.  0; -ETIMEDOUT; -EPIPE at the other side's end; -EPROTO;
 * another -errno.  With the lock held, which is kept: who serves a client
 * has no other thread that waits for it.
 */
int psd_message_hear(struct psd_exchange *exchange, psd_deadline deadline);
int psd_message_say(struct psd_exchange *exchange, psd_deadline deadline);

#endif
