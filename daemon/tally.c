/* SPDX-License-Identifier: ISC */
#include "daemon/tally.h"

#include "common/hot.h"

/* What a policy's rights count as bits is counted here, too. */
#define OP(name, number, text) \
	_Static_assert((number) < PSD_TALLY_OPS, #name " is not counted");
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/ops_clear.h"

PSD_HOT void
psd_tally_verdict(struct psd_tally *tally, enum psd_op op, bool is_allowed)
{
	struct psd_tally_op *of_op = &tally->ops[op];

	if (is_allowed)
		of_op->allowed++;
	else
		of_op->refused++;
}

/* The number of the first bound, of powers of two, that is not below usec. */
static size_t
place_of(uint64_t usec)
{
	const size_t place = usec <= 1
	    ? 0
	    : 64 - (size_t)__builtin_clzll((unsigned long long)usec - 1);

	return place < PSD_TALLY_TIMES ? place : PSD_TALLY_TIMES - 1;
}

PSD_HOT void
psd_tally_answer(struct psd_tally *tally, uint64_t usec)
{
	struct psd_tally_time *time = &tally->times[place_of(usec)];

	time->requests++;
	time->sum_usec += usec;
}

uint64_t
psd_tally_bound_usec(size_t i)
{
	return i + 1 < PSD_TALLY_TIMES ? UINT64_C(1) << i : 0;
}
