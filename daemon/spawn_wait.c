/* SPDX-License-Identifier: ISC */
#include "daemon/spawn_wait.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/sys.h"
#include "daemon/spawn_files.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

/* How long a child may take to its exec; usually a fifth of one. */
enum { EXEC_MSEC = 2000 };

/* The child has sent it before it executed its program, so it is there. */
int
psd_spawn_take_listener(int report_fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec bytes = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *header;
	const ssize_t n =
	    recvmsg(report_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int fd;

	if (n <= 0)
		return n < 0 ? -errno : -EPIPE;
	header = CMSG_FIRSTHDR(&message);
	/* No descriptor was free for it. */
	if (header == NULL || (message.msg_flags & MSG_CTRUNC) != 0)
		return -EMFILE;
	if (header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EBADMSG;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/*
 * Waits until the child has executed its program or is gone: then the last
 * copy of its end of the report socket is closed, once it has left our table.  A
 * child that takes too long has to be killed before anybody touches its stack
 * again.  0 or -ETIMEDOUT.
 */
static int
await_exec(int report_fd, int pidfd)
{
	/* What the child sends would come as POLLIN. */
	struct pollfd seen[] = {
		{ .fd = report_fd, .events = POLLRDHUP },
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = psd_spawn_bell(), .events = POLLIN },
	};
	struct timespec start, now;
	long left = EXEC_MSEC;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		const int n = poll(seen, PSD_ELEMENTS(seen), (int)left);

		if (n > 0 && (seen[0].revents != 0 || seen[1].revents != 0))
			return 0;
		if (n > 0)
			psd_spawn_hear();
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		left = EXEC_MSEC - (now.tv_sec - start.tv_sec) * 1000 -
		    (now.tv_nsec - start.tv_nsec) / 1000000;
		if (left <= 0)
			return -ETIMEDOUT;
	}
}

/* The child is gone, or is to go: leaves no zombie and no descriptor. */
void
psd_spawn_reap(const struct psd_child *child)
{
	siginfo_t info;

	(void)psd_sys_pidfd_kill(child->pidfd, SIGKILL);
	while (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED) < 0 &&
	    errno == EINTR)
		continue;
	psd_fd_close(child->pidfd);
}

/*
 * What became of the child: 0 and the listener, or -errno.  A child that was
 * killed halfway, by a filter above ours say, has left no error.
 */
int
psd_spawn_await(struct psd_spawn_state *state, int report_fd,
    struct psd_child *child)
{
	int r = 0;

	/* With CLONE_VFORK the wait is over. */
	if (!state->stops_parent)
		r = await_exec(report_fd, child->pidfd);
	if (r < 0)
		return r;
	if (state->failure->error != 0)
		return -state->failure->error;
	if (state->failure->step != PSD_STEP_EXEC)
		return -ECANCELED;
	child->in_cgroup = state->in_cgroup;
	if (!state->confine.has_listener)
		return 0;
	r = psd_spawn_take_listener(report_fd);
	if (r < 0) {
		state->failure->step = PSD_STEP_LISTENER;
		return r;
	}
	child->listener = r;
	return 0;
}
