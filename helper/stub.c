/* SPDX-License-Identifier: ISC */
#include "helper/stub.h"

#include "helper/exchange.h"

#define OP(name, number, text) \
	int psd_call_##name(struct privsep *conversation, \
	    struct psd_##name##_req *req, struct psd_##name##_rep *ret_rep) \
	{ \
		return psd_exchange_request(conversation, psd_op_find(number), \
		    req, ret_rep); \
	}
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"
