/* SPDX-License-Identifier: ISC */
/*
 * In the place of functions of the C library, for a machine on which each turn
 * of the loop seems to have taken its share as soon as it looks: the first
 * look at the clock after a wait is what it was woken at, and each later one is
 * LATER nanoseconds ahead.  The next wait gives them back.
 * A turn takes PAUSE milliseconds, too, so that what comes in many is seen to.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LATER = 6000000, SECOND = 1000000000, PAUSE = 2 };

static bool has_looked;

static void
pause_a_while(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE * 1000000 };

	(void)nanosleep(&pause, NULL);
	has_looked = false;
}

int
clock_gettime(clockid_t clock_id, struct timespec *tp)
{
	if (syscall(SYS_clock_gettime, clock_id, tp) < 0)
		return -1;
	if (clock_id != CLOCK_MONOTONIC)
		return 0;
	if (has_looked) {
		tp->tv_nsec += LATER;
		tp->tv_sec += tp->tv_nsec / SECOND;
		tp->tv_nsec %= SECOND;
	}
	has_looked = true;
	return 0;
}

int
epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)
{
	int r;

	do
		r = (int)syscall(SYS_epoll_pwait, epfd, events, maxevents,
		    timeout, NULL, 0);
	while (r < 0 && errno == EINTR && timeout < 0);
	pause_a_while();
	return r;
}

int
epoll_pwait2(int epfd, struct epoll_event *events, int maxevents,
    const struct timespec *timeout, const sigset_t *ss)
{
	const int r = (int)syscall(SYS_epoll_pwait2, epfd, events, maxevents,
	    timeout, ss, 8);

	pause_a_while();
	return r;
}
