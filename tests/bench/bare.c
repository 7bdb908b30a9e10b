/* SPDX-License-Identifier: ISC */
#include "tests/bench/bench_bare.h"

#include "common/fd.h"
#include "tests/bench/bench.h"
#include "tests/support/child.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECORD_MAX = 4096 };

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static int
wait_by_epoll(int epoll)
{
	struct epoll_event event;

	return epoll_wait(epoll, &event, 1, -1) == 1 ? 0 : -1;
}

/* The socket itself is the descriptor that comes along. */
static int
reply(const struct bench_bare *bare, char *record)
{
	struct iovec bytes = { record, bare->reply };
	union control control = {
		.header = {
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	const struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	if (!bare->grants)
		return send(bare->theirs, record, bare->reply, MSG_NOSIGNAL) < 0
		    ? -1
		    : 0;
	memcpy(CMSG_DATA(&control.header), &bare->theirs, sizeof(int));
	return sendmsg(bare->theirs, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int
send_back(void *argument)
{
	const struct bench_bare *bare = argument;
	struct epoll_event wanted = { .events = EPOLLIN };
	const int epoll = epoll_create1(EPOLL_CLOEXEC);
	char record[RECORD_MAX] = { 0 };

	(void)close(bare->ours);
	/*
	 * As a helper has one.  Where each session is a group of its own for
	 * the scheduler, a switch between two costs more than within one.
	 */
	(void)setsid();
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, bare->theirs, &wanted) < 0)
		return 1;
	for (;;) {
		if (bare->by_epoll && wait_by_epoll(epoll) < 0)
			return 1;
		if (recv(bare->theirs, record, sizeof(record), 0) <= 0)
			return 0;
		if (reply(bare, record) < 0)
			return 1;
	}
}

int
bench_bare_start(struct bench_bare *bare)
{
	int ends[2];

	bare->ours = bare->theirs = PSD_NO_FD;
	bare->pid = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	bare->ours = ends[0];
	bare->theirs = ends[1];
	bare->pid = test_child_start(send_back, bare);
	psd_fd_cleanup(&bare->theirs);
	return bare->pid < 0 ? bare->pid : 0;
}

void
bench_bare_stop(struct bench_bare *bare)
{
	psd_fd_cleanup(&bare->ours);
	test_child_kill(bare->pid);
}

/* What came with the record is closed, which is part of having it. */
static int
receive(const struct bench_bare *bare, char *record)
{
	struct iovec bytes = { record, RECORD_MAX };
	union control control;
	struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (!bare->grants)
		return recv(bare->ours, record, RECORD_MAX, 0) <= 0 ? -1 : 0;
	if (recvmsg(bare->ours, &message, MSG_CMSG_CLOEXEC) <= 0 ||
	    message.msg_controllen < CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return close(fd);
}

double
bench_bare_run(void *context, unsigned n)
{
	const struct bench_bare *bare = context;
	char record[RECORD_MAX] = { 0 };
	const double start = bench_now();

	for (unsigned i = 0; i < n; i++)
		if (send(bare->ours, record, bare->request, MSG_NOSIGNAL) < 0 ||
		    receive(bare, record) < 0)
			return -1;
	return bench_now() - start;
}
