/* SPDX-License-Identifier: ISC */
#include "daemon/turn.h"

#include "common/hot.h"
#include "daemon/daemon.h"

#include <time.h>

enum { SHARE_USEC = 5000, SLOW_USEC = 20000, UNLOOKED_USEC = 1000 };

const char *
psd_work_name(enum psd_work work)
{
	switch (work) {
	case PSD_WORK_OTHER:
		return "other";
	case PSD_WORK_REQUESTS:
		return "requests";
	case PSD_WORK_ENDS:
		return "ends";
	case PSD_WORK_STARTS:
		return "starts";
	case PSD_WORK_LEFTOVERS:
		return "leftovers";
	case PSD_WORK_CONTROL:
		return "control";
	case PSD_WORK_RELOAD:
		return "reload";
	}
	return "unknown";
}

/*
 * A system call, so only once in a millisecond that was worked: what it tells
 * is this turn's but for turns that are shorter together.
 */
static void
look_at_processor(struct psd_turns *turns, uint64_t usec)
{
	struct psd_turns_of *of = &turns->of[turns->work];
	struct timespec now;
	uint64_t cpu;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	cpu = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	usec = usec < cpu - turns->cpu_usec ? usec : cpu - turns->cpu_usec;
	if (usec > of->longest_cpu_usec)
		of->longest_cpu_usec = usec;
	turns->cpu_usec = cpu;
	turns->unlooked_usec = 0;
}

PSD_HOT void
psd_turn_end(struct psd_daemon *daemon)
{
	struct psd_turns *turns = &daemon->turns;
	struct psd_turns_of *of = &turns->of[turns->work];
	const uint64_t now =
	    turns->answered_usec != 0 ? turns->answered_usec : psd_now();
	const uint64_t usec = now - psd_loop_woken_usec(daemon);

	turns->answered_usec = 0;
	if (usec > of->longest_usec)
		of->longest_usec = usec;
	of->slow += usec > SLOW_USEC;
	turns->unlooked_usec += usec;
	if (turns->unlooked_usec >= UNLOOKED_USEC)
		look_at_processor(turns, usec);
	turns->work = PSD_WORK_OTHER;
}

bool
psd_turn_is_long(const struct psd_daemon *daemon)
{
	return psd_now() - psd_loop_woken_usec(daemon) > SHARE_USEC;
}
