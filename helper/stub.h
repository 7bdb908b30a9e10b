/* SPDX-License-Identifier: ISC */
#ifndef PSD_STUB_H
#define PSD_STUB_H

#include "helper/conversation.h"

/*
 * One function a row of ops.def:
 *
 *   int psd_call_open(struct privsep *, struct psd_open_req *,
 *       struct psd_open_rep *);
 *
 * asks the daemon and waits for its reply.  Called with the conversation's
 * lock held (helper/exchange.h, whose psd_exchange_request() says what it
 * returns); strings and bytes of the reply are valid until the lock is given
 * up, its descriptors are the caller's.
 */
#define OP(name, number, text) \
	int psd_call_##name(struct privsep *conversation, \
	    struct psd_##name##_req *req, struct psd_##name##_rep *ret_rep);
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"

#endif
