/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"
#include "daemon/tally.h"
#include "daemon/turn.h"

void
psd_carry_save_tally(struct psd_state_writer *writer,
    const struct psd_tally *tally)
{
	for (uint32_t i = 0; i < PSD_TALLY_OPS; i++) {
		const struct psd_record_verdicts verdicts = {
			.op = i,
			.allowed = tally->ops[i].allowed,
			.refused = tally->ops[i].refused,
		};

		if (verdicts.allowed != 0 || verdicts.refused != 0)
			psd_state_put(writer, PSD_RECORD_verdicts, &verdicts);
	}
	for (uint32_t i = 0; i < PSD_TALLY_TIMES; i++) {
		const struct psd_record_times times = {
			.place = i,
			.requests = tally->times[i].requests,
			.sum_usec = tally->times[i].sum_usec,
		};

		if (times.requests != 0)
			psd_state_put(writer, PSD_RECORD_times, &times);
	}
}

bool
psd_carry_load_tally(struct psd_state_reader *reader, struct psd_tally *tally)
{
	struct psd_record_verdicts verdicts;
	struct psd_record_times times;

	while (psd_state_next_is(reader, PSD_RECORD_verdicts)) {
		if (!psd_state_get(reader, PSD_RECORD_verdicts, &verdicts))
			return false;
		if (verdicts.op >= PSD_TALLY_OPS)
			return psd_state_bad(reader, "there is no operation %u",
			    verdicts.op);
		tally->ops[verdicts.op] = (struct psd_tally_op){
			verdicts.allowed,
			verdicts.refused,
		};
	}
	while (psd_state_next_is(reader, PSD_RECORD_times)) {
		if (!psd_state_get(reader, PSD_RECORD_times, &times))
			return false;
		if (times.place >= PSD_TALLY_TIMES)
			return psd_state_bad(reader, "there is no time %u",
			    times.place);
		tally->times[times.place] = (struct psd_tally_time){
			times.requests,
			times.sum_usec,
		};
	}
	return psd_state_error(reader) == 0;
}

void
psd_carry_save_turns(struct psd_state_writer *writer,
    const struct psd_turns *turns)
{
	for (uint32_t i = 0; i < PSD_WORKS; i++) {
		const struct psd_record_turns record = {
			.work = i,
			.longest_usec = turns->of[i].longest_usec,
			.longest_cpu_usec = turns->of[i].longest_cpu_usec,
			.slow = turns->of[i].slow,
		};

		psd_state_put(writer, PSD_RECORD_turns, &record);
	}
}

bool
psd_carry_load_turns(struct psd_state_reader *reader, struct psd_turns *turns)
{
	struct psd_record_turns record;

	while (psd_state_next_is(reader, PSD_RECORD_turns)) {
		if (!psd_state_get(reader, PSD_RECORD_turns, &record))
			return false;
		if (record.work >= PSD_WORKS)
			return psd_state_bad(reader, "there is no work %u",
			    record.work);
		turns->of[record.work] = (struct psd_turns_of){
			record.longest_usec,
			record.longest_cpu_usec,
			record.slow,
		};
	}
	return psd_state_error(reader) == 0;
}
