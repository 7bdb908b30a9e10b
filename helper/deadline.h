/* SPDX-License-Identifier: ISC */
#ifndef PSD_DEADLINE_H
#define PSD_DEADLINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A moment by which something has to have happened: microseconds of
 * CLOCK_MONOTONIC.
 */
typedef int64_t psd_deadline;

#define PSD_DEADLINE_NOW INT64_C(0) /* has always passed: does not wait */
#define PSD_DEADLINE_NONE INT64_MAX /* never passes */

/* So many microseconds from now; 0 stands for no limit. */
psd_deadline psd_deadline_after(uint64_t usec);

bool psd_deadline_has_passed(psd_deadline deadline);

/*
 * Milliseconds until then, as poll(2) takes them: rounded up, so that it has
 * passed when poll() returns; -1 for PSD_DEADLINE_NONE.
 */
int psd_deadline_msec(psd_deadline deadline);

/*
 * Waits until fd has one of these events of poll(2).  Returns 0 when it has
 * or was hung up, -ETIMEDOUT, or another -errno.
 */
int psd_deadline_poll(int fd, short events, psd_deadline deadline);

/* A condition that psd_deadline_wait() can wait for; its clock is ours. */
void psd_deadline_cond_init(pthread_cond_t *cond);

/* Waits for cond, whose mutex is held.  Returns 0 or -ETIMEDOUT. */
int psd_deadline_wait(pthread_cond_t *cond, pthread_mutex_t *lock,
    psd_deadline deadline);

#endif
