/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "common/notice.h"
#include "common/pair.h"
#include "common/raw.h"
#include "helper/become.h"
#include "helper/launch.h"
#include "helper/privsep.h"
#include "helper/self.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

/* What make installs it as; the makefile knows better. */
#ifndef PSD_SBINDIR
#define PSD_SBINDIR "/usr/local/sbin"
#endif

enum { LOW_NUMBERS = STDERR_FILENO + 1 };

/* Our ends, and the monitor's until it has them. */
struct ends {
	int pair[2];     /* ours first */
	int lifeline[2]; /* as pipe(2) has them: ours first */
};

static void
close_ends(struct ends *ends)
{
	for (size_t i = 0; i < 2; i++) {
		psd_fd_cleanup(&ends->pair[i]);
		psd_fd_cleanup(&ends->lifeline[i]);
	}
}

/* All close-on-exec; the monitor's copies alone lose the flag. */
static int
open_ends(struct ends *ret)
{
	struct ends ends = { { PSD_NO_FD, PSD_NO_FD },
		{ PSD_NO_FD, PSD_NO_FD } };
	int r = psd_pair(SOCK_SEQPACKET, ends.pair);

	if (r == 0)
		r = psd_pair_bound_queues(ends.pair);
	if (r == 0 && pipe2(ends.lifeline, O_CLOEXEC) < 0)
		r = -errno;
	if (r < 0)
		close_ends(&ends);
	else
		*ret = ends;
	return r;
}

/* A notice of the monitor's; what it refused is for its log to say. */
static int
hear_plan(int pair, struct psd_noticed *ret)
{
	struct psd_noticed noticed;
	int r = psd_notice_receive(pair, -1, &noticed);

	if (r < 0)
		return r;
	if (noticed.notice.kind == PSD_NOTICE_PLAN) {
		*ret = noticed;
		return 0;
	}
	if (noticed.notice.kind == PSD_NOTICE_REFUSED)
		r = -noticed.notice.error;
	psd_notice_clear(&noticed);
	return r < 0 ? r : -EBADMSG;
}

/* Whose descriptors come beside the plan, and none besides. */
static int
take_descriptors(struct psd_noticed *noticed, const struct psd_sealed *plan,
    struct psd_become *become)
{
	size_t n = 1;

	if (plan->has_landlock)
		become->landlock_fd = noticed->fds[n++];
	if (plan->has_output)
		become->output = noticed->fds[n++];
	return n == noticed->n_fds ? 0 : -EBADMSG;
}

/*
 * Everything that can be in the way is looked for here, while nothing has
 * changed: afterwards there is no way back.
 */
static int
look_for_obstacles(const struct psd_become *become,
    const struct psd_noticed *noticed)
{
	const int ours[] = { become->pair, become->lifeline, noticed->fds[0],
		become->landlock_fd >= 0 ? become->landlock_fd : become->pair,
		become->output >= 0 ? become->output : become->pair, -1 };
	char why[PSD_NOTICE_TEXT_MAX];
	int r = psd_self_has_one_thread();

	if (r < 0) {
		psd_notice_refuse(become->pair, -r,
		    "cannot confine itself: it has several threads");
		return r;
	}
	r = psd_self_check_descriptors(become->plan, ours, why, sizeof(why));
	if (r < 0)
		psd_notice_refuse(become->pair, -r, "%s",
		    r == -EPERM ? why : "cannot list its descriptors");
	return r;
}

/* Confined when it returns 0, and as it was when it returns an error. */
static int
confine(const struct ends *ends)
{
	struct psd_become become = {
		.pair = ends->pair[0],
		.lifeline = ends->lifeline[0],
		.landlock_fd = PSD_NO_FD,
		.output = PSD_NO_FD,
	};
	struct psd_sealed plan = { .own = NULL };
	struct psd_noticed noticed;
	int r = hear_plan(ends->pair[0], &noticed);

	if (r < 0)
		return r;
	r = psd_sealed_read(noticed.fds[0], &plan);
	become.plan = &plan;
	if (r == 0)
		r = take_descriptors(&noticed, &plan, &become);
	if (r == 0)
		r = look_for_obstacles(&become, &noticed);
	if (r == 0) {
		psd_fd_cleanup(&noticed.fds[0]);
		psd_become_helper(&become);
	} else {
		psd_notice_clear(&noticed);
	}
	psd_sealed_free(&plan);
	return r;
}

/*
 * With one of the first three closed, an end of ours would take its place.
 * Keeps in opened which it opened, ret_n of them.  0 or -errno.
 */
static int
fill_low_numbers(int opened[LOW_NUMBERS], int *ret_n)
{
	for (*ret_n = 0;; ++*ret_n) {
		const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		if (fd > STDERR_FILENO) {
			psd_fd_close(fd);
			return 0;
		}
		opened[*ret_n] = fd;
	}
}

/* With all signals blocked. */
static int
start(const char *policy, const char *program, int *ret_pair)
{
	struct ends ends;
	int r = open_ends(&ends);

	if (r < 0)
		return r;
	r = psd_launch_monitor(program, policy, ends.pair[1], ends.lifeline[1]);
	psd_fd_cleanup(&ends.pair[1]);
	psd_fd_cleanup(&ends.lifeline[1]);
	if (r == 0)
		r = confine(&ends);
	if (r < 0) {
		close_ends(&ends);
		return r;
	}
	*ret_pair = psd_fd_take(&ends.pair[0]);
	/* The lifeline is nobody's to close: it ends with the process. */
	return 0;
}

int
privsep_start_monitor_by(struct privsep **ret, const char *policy,
    const char *privsepd)
{
	const uint64_t all = UINT64_MAX;
	int opened[LOW_NUMBERS];
	uint64_t before;
	int pair = PSD_NO_FD;
	int n, r;

	if (policy[0] != '/' || privsepd[0] != '/')
		return -EINVAL;
	r = psd_self_has_one_thread();
	if (r < 0)
		return r;
	r = raw(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof(all));
	if (r < 0)
		return r;
	r = fill_low_numbers(opened, &n);
	if (r == 0)
		r = start(policy, privsepd, &pair);
	for (int i = 0; r < 0 && i < n; i++)
		psd_fd_close(opened[i]);
	if (raw(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL,
		sizeof(before)) < 0)
		abort();
	return r < 0 ? r : privsep_from_fd(ret, pair);
}

int
privsep_start_monitor(struct privsep **ret, const char *policy)
{
	return privsep_start_monitor_by(ret, policy, PSD_SBINDIR "/privsepd");
}
