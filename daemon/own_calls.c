/* SPDX-License-Identifier: ISC */
#include "daemon/own_calls.h"

#include "common/mem.h"

#include <linux/keyctl.h>
#include <sched.h>

/* The rows become braces, which clang-format takes for blocks. */
/* clang-format off */

#define INT_IS(index, name, value) \
	{ PSD_TEST_int_is, index, (uint32_t)(value), #name " = " #value }

const struct psd_call_row psd_own_call_rows[] = {
#define OWN(call, reason) { PSD_CALLS_single, #call, reason, 0, { { 0 } } },
#define OWN_IF(call, reason, test) \
	{ PSD_CALLS_single, #call, reason, 0, { test } },
#include "daemon/own_calls.def"
#define SYS(name, call) \
	{ PSD_CALLS_single, #call, "the operation " #name, 0, { { 0 } } },
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"
};
/* clang-format on */

const size_t psd_own_call_count = PSD_ELEMENTS(psd_own_call_rows);
