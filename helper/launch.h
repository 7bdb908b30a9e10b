/* SPDX-License-Identifier: ISC */
#ifndef PSD_LAUNCH_H
#define PSD_LAUNCH_H

/*
 * Starts program, which is privsepd, as a monitor with this policy, and gives
 * it these two ends, which stay the caller's.  No child of ours is left: the
 * monitor is init's.  To be called with all signals blocked.  0 or -errno; an
 * exec that fails is told as a notice over the pair.
 */
int psd_launch_monitor(const char *program, const char *policy, int pair_end,
    int lifeline_end);

#endif
