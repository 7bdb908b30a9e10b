/* SPDX-License-Identifier: ISC */
#ifndef PSD_RESOLVER_H
#define PSD_RESOLVER_H

#include "common/ops.h"

/*
 * One function a row of common/resolver.def: does the look by the C library
 * and fills in the reply, whose strings and lists stay valid until the next
 * call.  Returns 0 or -errno, which becomes the reply's status.
 */
#define OP(name, number, text) \
	int psd_answer_##name(const struct psd_##name##_req *req, \
	    struct psd_##name##_rep *rep);
#include "common/ops_rows.h"
#include "common/resolver.def"
#include "common/ops_clear.h"

/*
 * Strings as a field, valid until the next call.  0, or -EOVERFLOW when they
 * are too many.
 */
int psd_resolver_list(char *const *names, struct psd_bytes *ret);

#endif
