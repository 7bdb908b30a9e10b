/* SPDX-License-Identifier: ISC */
#ifndef PSD_CLOSER_H
#define PSD_CLOSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A child that shares our descriptors and closes some of them.  It shares our
 * memory, too, and reads this until it has ended.
 */
struct psd_closer {
	pid_t pid;
	unsigned char *stack; /* NULL in one that was taken over */
	const int *fds;
	size_t n;
	/*
	 * How many it has closed, or is closing: it says so before.  We cannot
	 * look, since a number that it has given up may be something else of
	 * ours by now.
	 */
	_Atomic uint32_t steps;
	uint32_t seen;       /* of them, last */
	uint64_t since_usec; /* then */
};

/*
 * 0, or -errno: none was made, and nothing is closed.  The closer stays where it
 * is, and so do fds, until it has ended.
 */
int psd_closer_start(struct psd_closer *closer, const int *fds, size_t n);

/*
 * Is it held up by what it closes?  One that has not begun has had no processor
 * yet, for which nobody is to blame; nor, for a while, is anybody for one that
 * could run.
 */
bool psd_closer_is_stuck(struct psd_closer *closer);

/* Has it ended?  Then it was waited for. */
bool psd_closer_has_ended(const struct psd_closer *closer);

/*
 * When it has: how many it has closed.  One that was killed may not have closed
 * the last of them, which is left open then: whose it is now is not known.
 */
size_t psd_closer_end(struct psd_closer *closer);

#endif
