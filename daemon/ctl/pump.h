/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_PUMP_H
#define PSD_CTL_PUMP_H

#include <stdbool.h>
#include <stdint.h>

/* What bytes are moved between; all borrowed. */
struct psd_pump_ends {
	int input, output;  /* ours: standard input and output */
	int pair;           /* the program's */
	int control;        /* of the privsepd that started it */
	uint64_t stop_usec; /* the program's grace; 0: any */
	bool shows_progress;
};

/*
 * Moves input to the program, says where it ends, and moves what the program
 * says to output, until the program has ended and all that it said was
 * delivered.  One that has read its input's end and neither reads nor writes
 * for stop_usec is reported by control, and killed there.  Never waits for one
 * direction while the other can go on, and keeps no more than a buffer for each.
 * 0, or -errno after saying what cannot be read or written.
 */
int psd_pump(const struct psd_pump_ends *ends);

#endif
