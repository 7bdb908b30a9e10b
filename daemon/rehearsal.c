/* SPDX-License-Identifier: ISC */
#include "daemon/rehearsal.h"

#include "common/fd.h"
#include "common/sys.h"
#include "daemon/reexec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORT_MAX = 3500, PATIENCE_USEC = 30 * 1000000 };

struct psd_rehearsal {
	struct psd_daemon *daemon;
	psd_rehearsal_done *done;
	int pidfd;
	int output; /* what it says */
	char report[REPORT_MAX];
	size_t len;
	sd_event_source *end_source;
	sd_event_source *output_source;
	sd_event_source *deadline_source;
};

static void
end_child(struct psd_rehearsal *rehearsal)
{
	siginfo_t info;

	if (rehearsal->pidfd < 0)
		return;
	(void)psd_sys_pidfd_kill(rehearsal->pidfd, SIGKILL);
	while (waitid(P_PIDFD, (id_t)rehearsal->pidfd, &info, WEXITED) < 0 &&
	    errno == EINTR)
		continue;
	psd_fd_cleanup(&rehearsal->pidfd);
}

void
psd_rehearsal_cancel(struct psd_rehearsal *rehearsal)
{
	if (rehearsal == NULL)
		return;
	sd_event_source_disable_unref(rehearsal->end_source);
	sd_event_source_disable_unref(rehearsal->output_source);
	sd_event_source_disable_unref(rehearsal->deadline_source);
	end_child(rehearsal);
	psd_fd_cleanup(&rehearsal->output);
	free(rehearsal);
}

/* Gone before it is told: whoever is told may begin another. */
static void
finish(struct psd_rehearsal *rehearsal, bool is_good, const char *report)
{
	struct psd_daemon *daemon = rehearsal->daemon;
	psd_rehearsal_done *done = rehearsal->done;

	psd_rehearsal_cancel(rehearsal);
	done(daemon, is_good, report);
}

/* Reads once; what there is no room for is lost.  False: nothing more. */
static bool
read_some(struct psd_rehearsal *rehearsal)
{
	char text[512];
	const ssize_t n = read(rehearsal->output, text, sizeof(text));
	const size_t room = sizeof(rehearsal->report) - 1 - rehearsal->len;
	size_t taken;

	if (n <= 0)
		return false;
	taken = (size_t)n < room ? (size_t)n : room;
	memcpy(rehearsal->report + rehearsal->len, text, taken);
	rehearsal->len += taken;
	return true;
}

static int
on_output(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)fd;
	(void)events;
	if (!read_some(userdata))
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return 0;
}

/* Any program may exit with 0; ours says so in words, on its last line. */
static bool
has_agreed(const struct psd_rehearsal *rehearsal)
{
	const char *line = strrchr(rehearsal->report, '\n');

	line = line == NULL ? rehearsal->report : line + 1;
	return strncmp(line, PSD_REHEARSAL_WORD, strlen(PSD_REHEARSAL_WORD)) ==
	    0;
}

static void
read_rest(struct psd_rehearsal *rehearsal)
{
	while (read_some(rehearsal))
		continue;
	while (
	    rehearsal->len > 0 && rehearsal->report[rehearsal->len - 1] == '\n')
		rehearsal->len--;
	rehearsal->report[rehearsal->len] = '\0';
}

static int
on_end(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_rehearsal *rehearsal = userdata;
	siginfo_t info = { .si_code = 0 };
	char report[REPORT_MAX + 64];
	int r;

	(void)source;
	(void)events;
	r = waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG);
	/* Not yet, or interrupted: the loop comes back. */
	if (r == 0 ? info.si_pid == 0 : errno == EINTR)
		return 0;
	/* It was waited for, so there is nothing to be ended. */
	rehearsal->end_source =
	    sd_event_source_disable_unref(rehearsal->end_source);
	psd_fd_cleanup(&rehearsal->pidfd);
	read_rest(rehearsal);
	if (info.si_code == CLD_EXITED && info.si_status == 0 &&
	    has_agreed(rehearsal)) {
		finish(rehearsal, true, "");
		return 0;
	}
	(void)snprintf(report, sizeof(report),
	    "the program on disk cannot take over%s%s",
	    rehearsal->len > 0 ? ":\n" : "", rehearsal->report);
	finish(rehearsal, false, report);
	return 0;
}

static int
on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	finish(userdata, false,
	    "the program on disk did not say in time that it can take over");
	return 0;
}

/*
 * It has what its successor would have, and looks at it; nothing is answered,
 * ended or shut down by that, and what it has open goes with it.
 */
static void
child(const struct psd_daemon *daemon, const struct psd_state_writer *writer,
    int state_fd, int output)
{
	int r = 0;

	if (prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0L, 0L, 0L) < 0 ||
	    dup2(daemon->host.null_fd, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		r = -errno;
	if (r == 0)
		r = psd_state_let_go(writer);
	if (r == 0)
		r = psd_reexec_execute(daemon, "--rehearse", state_fd);
	(void)dprintf(STDERR_FILENO, "it cannot be executed: %s\n",
	    strerror(-r));
	_exit(EXIT_FAILURE);
}

static int
start_child(struct psd_rehearsal *rehearsal,
    const struct psd_state_writer *writer, int state_fd)
{
	_cleanup_fd_ int writing = PSD_NO_FD;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	rehearsal->output = ends[0];
	writing = ends[1];
	if (fcntl(rehearsal->output, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child(rehearsal->daemon, writer, state_fd, writing);
	/* Nobody else waits for it, so that the number still is its own. */
	rehearsal->pidfd = psd_sys_pidfd_open(pid);
	if (rehearsal->pidfd >= 0)
		return 0;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return -EMFILE;
}

static int
watch(struct psd_rehearsal *rehearsal)
{
	sd_event *event = psd_loop(rehearsal->daemon);
	int r;

	r = sd_event_add_io(event, &rehearsal->end_source, rehearsal->pidfd,
	    EPOLLIN, on_end, rehearsal);
	if (r >= 0)
		r = sd_event_add_io(event, &rehearsal->output_source,
		    rehearsal->output, EPOLLIN, on_output, rehearsal);
	if (r >= 0)
		r = sd_event_add_time_relative(event,
		    &rehearsal->deadline_source, CLOCK_MONOTONIC, PATIENCE_USEC,
		    psd_loop_slack(PATIENCE_USEC), on_deadline, rehearsal);
	return r < 0 ? r : 0;
}

static int
begin(struct psd_rehearsal *rehearsal, char *ret_why, size_t size)
{
	struct psd_state_writer *writer = psd_state_write();
	_cleanup_fd_ int state_fd =
	    psd_reexec_save(rehearsal->daemon, writer, ret_why, size);
	int r = state_fd;

	if (state_fd >= 0) {
		r = start_child(rehearsal, writer, state_fd);
		if (r == 0)
			r = watch(rehearsal);
		if (r < 0)
			(void)snprintf(ret_why, size,
			    "it cannot be rehearsed: %s", strerror(-r));
	}
	psd_state_writer_free(writer);
	return r;
}

int
psd_rehearsal_start(struct psd_daemon *daemon, psd_rehearsal_done *done,
    struct psd_rehearsal **ret, char *ret_why, size_t size)
{
	struct psd_rehearsal *rehearsal = calloc(1, sizeof(*rehearsal));
	int r;

	if (rehearsal == NULL)
		return -ENOMEM;
	rehearsal->daemon = daemon;
	rehearsal->done = done;
	rehearsal->pidfd = PSD_NO_FD;
	rehearsal->output = PSD_NO_FD;
	r = begin(rehearsal, ret_why, size);
	if (r < 0)
		psd_rehearsal_cancel(rehearsal);
	else
		*ret = rehearsal;
	return r;
}
