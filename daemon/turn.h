/* SPDX-License-Identifier: ISC */
#ifndef PSD_TURN_H
#define PSD_TURN_H

#include <stdbool.h>
#include <stdint.h>

struct psd_daemon;

/* What a turn of the loop was for, which whoever is called says. */
enum psd_work {
	PSD_WORK_OTHER,
	PSD_WORK_REQUESTS,
	PSD_WORK_ENDS,
	PSD_WORK_STARTS,
	PSD_WORK_LEFTOVERS, /* what dead helpers left behind */
	PSD_WORK_CONTROL,   /* privsepctl */
	PSD_WORK_RELOAD,
};
enum { PSD_WORKS = PSD_WORK_RELOAD + 1 };

/*
 * A turn is what others wait for: from when the loop was woken to when it looks
 * again.  On a busy machine a part of it is other processes', so the processor
 * time of the longest is noted, too, which is right to a millisecond.
 */
struct psd_turns {
	enum psd_work work; /* of this turn */
	struct psd_turns_of {
		uint64_t longest_usec, longest_cpu_usec;
		uint64_t slow; /* took longer than nobody should wait */
	} of[PSD_WORKS];
	uint64_t unlooked_usec; /* in turns since the processor time was read */
	uint64_t cpu_usec;      /* what it was then */
	/* When its last work was answered, if nothing came after it; else 0. */
	uint64_t answered_usec;
};

const char *psd_work_name(enum psd_work work);

/* The turn is over. */
void psd_turn_end(struct psd_daemon *daemon);

/* Has it used up its share, so that what can wait is for a later one? */
bool psd_turn_is_long(const struct psd_daemon *daemon);

#endif
