/* SPDX-License-Identifier: ISC */
#include "common/arch.h"
#include "common/callargs.h"
#include "common/fd.h"
#include "common/handover.h"
#include "common/mem.h"
#include "common/pair.h"
#include "daemon/ctl/observe.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/watcher.h"
#include "policy/callname.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USEC_PER_SEC = 1000000, KIB = 1024, SIGNALLED = 128 };

/* What the loop waits for. */
enum { AT_LISTENER, AT_REPORT, AT_PROGRAM, AT_CONTROL, PLACES };

/* One run under way. */
struct run {
	struct psd_learn *learn;
	struct psd_observed observed;
	struct psd_ctl_watcher watcher;
	int control;
	int pair;           /* the other end of the program's */
	bool has_begun;     /* its own exec was asked for */
	unsigned long dark; /* calls whose names could not be read */
	int status;         /* to exit with, once it is over */
	bool is_over;
	bool has_ended; /* the program, by itself */
};

/*
 * The kernel may know longer structures than our headers, and wants room for
 * its own.
 */
union notification {
	struct seccomp_notif request;
	unsigned char room[512];
};

union response {
	struct seccomp_notif_resp response;
	unsigned char room[512];
};

static void
give_up(struct run *run, int status)
{
	run->status = status;
	run->is_over = true;
}

static void
fail(struct run *run, const char *doing)
{
	psd_ctl_complain("cannot %s: %s", doing, strerror(errno));
	give_up(run, PSD_CTL_RUN_FAILED);
}

/* The paths and addresses of a call; as psd_observe_names(). */
static int
look_at_names(struct run *run, const struct seccomp_notif *request)
{
	struct psd_observe_rep names;
	const int r = psd_ctl_watcher_ask(&run->watcher, request, &names);

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		psd_ctl_complain("the watcher has ended: what the program "
				 "does is not seen any more");
		give_up(run, PSD_CTL_RUN_FAILED);
		return 0;
	}
	if ((names.flags & PSD_SEEN_UNREADABLE) == 0)
		return psd_observe_names(run->learn, request, &names);
	run->dark++;
	return 0;
}

/* 0, or -errno that the call is to be answered with. */
static int
look(struct run *run, const struct seccomp_notif *request)
{
	char name[PSD_CALL_NAME_MAX + 1];
	int r = 0;

	if (psd_call_name(PSD_AUDIT_ARCH, request->data.nr, name) < 0)
		return 0;
	/* Until then it is none of the program's doing. */
	if (!run->has_begun) {
		run->has_begun = strcmp(name, "execve") == 0;
		return 0;
	}
	if (psd_call_args(request->data.nr) != NULL)
		r = look_at_names(run, request);
	if (r != PSD_OBSERVE_IN_VAIN)
		psd_learn_call(run->learn, name,
		    (const uint64_t *)request->data.args);
	if (strcmp(name, "mmap") == 0)
		psd_observe_mapped(run->learn, request);
	if (strcmp(name, "exit_group") == 0)
		psd_learn_cost(run->learn,
		    KIB * psd_observe_status((pid_t)request->pid, "VmPeak:"),
		    0);
	return r < 0 ? r : 0;
}

/* ENOENT: whoever waited has gone, or was called away. */
static bool
does(struct run *run, unsigned long what, void *notice)
{
	if (ioctl(run->observed.listener, what, notice) == 0)
		return true;
	if (errno != ENOENT && errno != EINTR)
		fail(run, "answer its calls");
	return false;
}

static void
on_call(struct run *run)
{
	union notification notice;
	union response answer;

	memset(&notice, 0, sizeof(notice));
	memset(&answer, 0, sizeof(answer));
	if (!does(run, SECCOMP_IOCTL_NOTIF_RECV, &notice))
		return;
	answer.response.error = look(run, &notice.request);
	answer.response.id = notice.request.id;
	if (answer.response.error == 0)
		answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	(void)does(run, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

/* The program runs, or never will. */
static void
on_report(struct run *run)
{
	const int failure = psd_observed_failure(&run->observed);
	const struct psd_handover started = { .version = PSD_HANDOVER_VERSION };
	int r;

	psd_fd_cleanup(&run->observed.report);
	if (failure != 0) {
		psd_ctl_complain("it cannot be executed");
		give_up(run, failure);
		return;
	}
	r = psd_handover_send(run->control, &started, run->pair);
	psd_fd_cleanup(&run->pair);
	if (r < 0) {
		errno = -r;
		fail(run, "hand its pair over");
	}
}

static uint64_t
usec_of(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * USEC_PER_SEC + (uint64_t)time->tv_usec;
}

static void
on_end(struct run *run)
{
	struct rusage usage;
	int status = 0;

	if (psd_observed_wait(&run->observed, &status, &usage) < 0) {
		give_up(run, PSD_CTL_RUN_FAILED);
		return;
	}
	psd_learn_cost(run->learn, KIB * (uint64_t)usage.ru_maxrss,
	    usec_of(&usage.ru_utime) + usec_of(&usage.ru_stime));
	run->has_ended = true;
	give_up(run,
	    WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status)
				: WEXITSTATUS(status));
}

/* Its calls were answered before it could end. */
static void
turn(struct run *run)
{
	struct pollfd at[PLACES] = {
		[AT_LISTENER] = { run->observed.listener, POLLIN, 0 },
		[AT_REPORT] = { run->observed.report, POLLIN, 0 },
		[AT_PROGRAM] = { run->observed.fd, POLLIN, 0 },
		[AT_CONTROL] = { run->control, POLLRDHUP, 0 },
	};

	if (poll(at, PLACES, -1) < 0) {
		if (errno != EINTR)
			fail(run, "wait");
		return;
	}
	if ((at[AT_LISTENER].revents & POLLIN) != 0)
		on_call(run);
	else if (at[AT_LISTENER].revents != 0)
		psd_fd_cleanup(&run->observed.listener);
	if (!run->is_over && at[AT_REPORT].revents != 0)
		on_report(run);
	if (!run->is_over && at[AT_CONTROL].revents != 0)
		give_up(run, PSD_CTL_RUN_FAILED);
	if (!run->is_over && at[AT_PROGRAM].revents != 0)
		on_end(run);
}

static int
begin(struct run *run, const struct psd_observe *observe)
{
	_cleanup_fd_ int end = PSD_NO_FD;
	int ends[2];
	int r = psd_pair(SOCK_STREAM, ends);

	if (r < 0)
		return r;
	run->pair = ends[0];
	end = ends[1];
	if (prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL) < 0)
		return -errno;
	r = psd_ctl_watcher_start(&run->watcher);
	if (r == 0)
		r = psd_observed_start(&run->observed, observe->argv, end,
		    run->watcher.pid);
	if (r == 0)
		r = psd_ctl_watcher_show(&run->watcher, run->observed.listener);
	return r < 0 ? r : psd_observed_let_go(&run->observed);
}

/* What was seen is of use only when the program ran to its end. */
static int
write_record(struct run *run, const struct psd_observe *observe)
{
	FILE *stream = fdopen(observe->record, "w");

	if (stream == NULL)
		return -errno;
	psd_learn_run(run->learn, observe->argv);
	psd_learn_record(run->learn, stream);
	return fclose(stream) == 0 ? 0 : -errno;
}

static void
finish(struct run *run, const struct psd_observe *observe)
{
	if (run->dark > 0)
		psd_ctl_complain("%lu calls were made whose paths could not be "
				 "read: what was learned is not complete",
		    run->dark);
	if (psd_learn_is_short(run->learn)) {
		psd_ctl_complain("more was seen than can be kept");
		give_up(run, PSD_CTL_RUN_FAILED);
	} else if (write_record(run, observe) < 0) {
		fail(run, "write down what was seen");
	}
}

int
psd_observe_run(void *cookie, int control)
{
	const struct psd_observe *observe = cookie;
	struct run run = {
		.learn = psd_learn_new(),
		.observed = {
			.pid = -1,
			.fd = PSD_NO_FD,
			.listener = PSD_NO_FD,
			.report = PSD_NO_FD,
		},
		.watcher = { .pid = -1, .conv = { .fd = PSD_NO_FD } },
		.control = control,
		.pair = PSD_NO_FD,
	};
	int r = run.learn == NULL ? -ENOMEM : begin(&run, observe);

	if (r < 0) {
		errno = -r;
		fail(&run, "observe a program");
	}
	while (!run.is_over)
		turn(&run);
	if (run.has_ended)
		finish(&run, observe);
	psd_ctl_watcher_end(&run.watcher);
	psd_observed_end(&run.observed);
	psd_fd_cleanup(&run.pair);
	psd_learn_free(run.learn);
	return run.status;
}
