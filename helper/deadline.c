/* SPDX-License-Identifier: ISC */
#include "helper/deadline.h"

#include "common/hot.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

enum { USEC_PER_SEC = 1000000, USEC_PER_MSEC = 1000, NSEC_PER_USEC = 1000 };

static int64_t
now_usec(void)
{
	struct timespec now = { 0 };

	/* It cannot fail for a clock that is always there. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / NSEC_PER_USEC;
}

PSD_HOT psd_deadline
psd_deadline_after(uint64_t usec)
{
	int64_t now;

	if (usec == 0)
		return PSD_DEADLINE_NONE;
	now = now_usec();
	/* What lies beyond the clock's end is none. */
	if (usec >= (uint64_t)(PSD_DEADLINE_NONE - now))
		return PSD_DEADLINE_NONE;
	return now + (int64_t)usec;
}

bool
psd_deadline_has_passed(psd_deadline deadline)
{
	if (deadline == PSD_DEADLINE_NONE || deadline == PSD_DEADLINE_NOW)
		return deadline == PSD_DEADLINE_NOW;
	return now_usec() >= deadline;
}

int
psd_deadline_msec(psd_deadline deadline)
{
	int64_t left;

	if (deadline == PSD_DEADLINE_NONE)
		return -1;
	if (deadline == PSD_DEADLINE_NOW)
		return 0;
	left = deadline - now_usec();
	if (left <= 0)
		return 0;
	if (left / USEC_PER_MSEC >= INT_MAX)
		return INT_MAX;
	return (int)((left + USEC_PER_MSEC - 1) / USEC_PER_MSEC);
}

int
psd_deadline_poll(int fd, short events, psd_deadline deadline)
{
	struct pollfd look = { .fd = fd, .events = events };

	for (;;) {
		const int n = poll(&look, 1, psd_deadline_msec(deadline));

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (psd_deadline_has_passed(deadline))
			return -ETIMEDOUT;
	}
}

void
psd_deadline_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;

	/* None of them can fail with glibc, nor with musl. */
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(cond, &attributes);
	(void)pthread_condattr_destroy(&attributes);
}

int
psd_deadline_wait(pthread_cond_t *cond, pthread_mutex_t *lock,
    psd_deadline deadline)
{
	struct timespec until;

	if (deadline == PSD_DEADLINE_NONE)
		return -pthread_cond_wait(cond, lock);
	until.tv_sec = (time_t)(deadline / USEC_PER_SEC);
	until.tv_nsec = (long)(deadline % USEC_PER_SEC) * NSEC_PER_USEC;
	return -pthread_cond_timedwait(cond, lock, &until);
}
