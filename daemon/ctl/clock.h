/* SPDX-License-Identifier: ISC */
#ifndef PSD_CTL_CLOCK_H
#define PSD_CTL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* The time of CLOCK_MONOTONIC or CLOCK_REALTIME in microseconds. */
uint64_t psd_ctl_clock(clockid_t clock);

#endif
