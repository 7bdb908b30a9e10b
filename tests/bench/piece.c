/* SPDX-License-Identifier: ISC */
/*
 * What a ping and an open are made of: bare processes that do one thing more
 * in each row, and in the last what the daemon does without its code.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "common/sys.h"
#include "daemon/cgroup_find.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_piece.h"
#include "tests/support/child.h"
#include "tests/support/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	unsigned char bytes[CMSG_SPACE(sizeof(int))];
};

/* Opens what goes along, as the daemon does. */
static int
take_file(const struct bench_piece *piece)
{
	const uint64_t resolve = PSD_RESOLVE_NO_MAGICLINKS |
	    PSD_RESOLVE_BENEATH | PSD_RESOLVE_NO_SYMLINKS | PSD_RESOLVE_NO_XDEV;
	struct stat status;
	int fd;

	if ((piece->does & BENCH_OPENS) == 0)
		return piece->file;
	fd = psd_sys_openat2(piece->dir, "a",
	    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0, resolve);
	if (fd >= 0 && (piece->does & BENCH_LOOKS) != 0 &&
	    (fstat(fd, &status) < 0 || fcntl(fd, F_SETFL, O_RDONLY) < 0)) {
		psd_fd_close(fd);
		return -errno;
	}
	return fd;
}

static ssize_t
send_file(const struct bench_piece *piece, void *record)
{
	union control control = { .bytes = { 0 } };
	struct iovec bytes = { record, piece->reply };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *message = CMSG_FIRSTHDR(&header);
	const int fd = take_file(piece);
	ssize_t n;

	if (fd < 0)
		return -1;
	message->cmsg_level = SOL_SOCKET;
	message->cmsg_type = SCM_RIGHTS;
	message->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(message), &fd, sizeof(fd));
	n = sendmsg(piece->theirs, &header, MSG_NOSIGNAL);
	if (fd != piece->file)
		psd_fd_close(fd);
	return n;
}

/* One record, as the daemon answers it.  Less than 0 at the end. */
static int
answer(const struct bench_piece *piece)
{
	char record[4096] = { 0 };

	if (recv(piece->theirs, record, sizeof(record), 0) <= 0)
		return -1;
	if ((piece->does & BENCH_GIVES) != 0)
		return send_file(piece, record) < 0 ? -1 : 0;
	return send(piece->theirs, record, piece->reply, MSG_NOSIGNAL) < 0 ? -1
									   : 0;
}

static int
answer_by_epoll(struct bench_piece *piece)
{
	struct epoll_event event = { .events = EPOLLIN };
	const int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, piece->theirs, &event) < 0)
		return 1;
	while (epoll_wait(epoll, &event, 1, -1) == 1 && answer(piece) == 0)
		;
	return 0;
}

/* As the daemon's, which each helper has below its own. */
static int
load_own_filter(void)
{
	struct sock_filter pass = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { 1, &pass };

	return test_filter_load(&program, NULL);
}

static int
join_group(const struct bench_piece *piece, const char *procs)
{
	_cleanup_fd_ int fd = openat(piece->group, procs, O_WRONLY | O_CLOEXEC);

	return write(fd, "0", 1) == 1 ? 0 : -errno;
}

static int
answer_all(void *argument)
{
	struct bench_piece *piece = argument;

	psd_fd_cleanup(&piece->ours);
	if ((piece->does & BENCH_OWN_GROUP) != 0 &&
	    join_group(piece, "daemon/cgroup.procs") < 0)
		return 1;
	if ((piece->does & BENCH_OWN_FILTER) != 0 && load_own_filter() < 0)
		return 1;
	if ((piece->does & BENCH_EPOLL) != 0)
		return answer_by_epoll(piece);
	while (answer(piece) == 0)
		;
	return 0;
}

static int
hear_file(int fd)
{
	char record[4096];
	union control control;
	struct iovec bytes = { record, sizeof(record) };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int file;

	if (recvmsg(fd, &header, MSG_CMSG_CLOEXEC) <= 0 ||
	    header.msg_controllen < CMSG_LEN(sizeof(file)))
		return -1;
	memcpy(&file, CMSG_DATA(&control.align), sizeof(file));
	return close(file);
}

static double
ask(const struct bench_piece *piece, unsigned n)
{
	const bool gives = (piece->does & BENCH_GIVES) != 0;
	char record[4096] = { 0 };
	const double start = bench_now();

	for (unsigned i = 0; i < n; i++) {
		if (send(piece->ours, record, piece->request, MSG_NOSIGNAL) < 0)
			return -1;
		if (gives ? hear_file(piece->ours) < 0
			  : recv(piece->ours, record, sizeof(record), 0) <= 0)
			return -1;
	}
	return bench_now() - start;
}

/* The helper's side, in a session of its own as a helper is. */
static int
ask_when_told(void *argument)
{
	struct bench_piece *piece = argument;
	double took;
	unsigned n;

	psd_fd_cleanup(&piece->theirs);
	(void)setsid();
	if ((piece->does & BENCH_GROUP) != 0 &&
	    join_group(piece, "helper/cgroup.procs") < 0)
		return 1;
	if ((piece->does & BENCH_FILTER) != 0 &&
	    (load_own_filter() < 0 ||
		test_filter_load(piece->filter, NULL) < 0))
		return 1;
	while (recv(piece->word, &n, sizeof(n), 0) == sizeof(n)) {
		took = ask(piece, n);
		if (send(piece->word, &took, sizeof(took), MSG_NOSIGNAL) < 0)
			return 1;
	}
	return 0;
}

double
bench_piece_run(void *context, unsigned n)
{
	const struct bench_piece *piece = context;
	double took;

	if (send(piece->told, &n, sizeof(n), MSG_NOSIGNAL) != sizeof(n) ||
	    recv(piece->told, &took, sizeof(took), 0) != sizeof(took))
		return -1;
	return took;
}

int
bench_piece_start(struct bench_piece *piece)
{
	int ends[2], words[2];

	piece->ours = piece->theirs = piece->told = piece->word = PSD_NO_FD;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	piece->ours = ends[0];
	piece->theirs = ends[1];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, words) < 0)
		return -errno;
	piece->told = words[0];
	piece->word = words[1];
	piece->answers = test_child_start(answer_all, piece);
	piece->asks = test_child_start(ask_when_told, piece);
	psd_fd_cleanup(&piece->ours);
	psd_fd_cleanup(&piece->theirs);
	psd_fd_cleanup(&piece->word);
	return piece->answers < 0 ? piece->answers
	    : piece->asks < 0     ? piece->asks
				  : 0;
}

void
bench_piece_stop(struct bench_piece *piece)
{
	psd_fd_cleanup(&piece->ours);
	psd_fd_cleanup(&piece->theirs);
	psd_fd_cleanup(&piece->told);
	psd_fd_cleanup(&piece->word);
	if (piece->answers > 0)
		test_child_kill(piece->answers);
	if (piece->asks > 0)
		test_child_kill(piece->asks);
}
