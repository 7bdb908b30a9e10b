/* SPDX-License-Identifier: ISC */
#ifndef PSD_DAEMON_TRACE_H
#define PSD_DAEMON_TRACE_H

#include "daemon/instance.h"

/*
 * privsepd --run --trace: tells whoever runs one helper of its frames.  Until
 * psd_trace_begin() everything here does nothing.  It waits for its reader,
 * unlike all else: there is one helper, whose user wants to see all that it
 * says, and sees nothing of anybody else's.
 */

/*
 * fd is taken over; see common/trace.h.  Unless it is wanted, nothing is told
 * there but, by its end, ours.
 */
void psd_trace_begin(int fd, bool is_wanted);

bool psd_trace_is_on(void);

/*
 * The helper sent frame, of which is told with what is made of it: a verdict,
 * or that it broke the protocol.
 */
void psd_trace_heard(const struct psd_conversation *conversation,
    const struct psd_frame *frame);
void psd_trace_judged(bool is_allowed, const char *reason);
void psd_trace_broke(const struct psd_instance *instance, const char *why);

void psd_trace_answered(const struct psd_conversation *conversation,
    const struct psd_frame *frame);

/* A side of the conversation has ended: the helper's, or ours. */
void psd_trace_ended(const struct psd_conversation *conversation,
    bool by_helper);

/* The process has: how, in the words of the log. */
void psd_trace_gone(const struct psd_instance *instance, const char *how);

#endif
