/* SPDX-License-Identifier: ISC */
#include "daemon/namespace.h"

#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "daemon/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A keeper that takes longer is stuck, in a mount of a dead server say. */
enum { KEEPER_MSEC = 5000 };

union ns_control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int[PSD_NS_COUNT]))];
};

void
psd_namespaces_close(int ns[PSD_NS_COUNT])
{
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		psd_fd_cleanup(&ns[i]);
}

/* In the keeper: its descriptors, or error and why it has none. */
static void
report(int fd, int error, const char *why, const int ns[PSD_NS_COUNT])
{
	union ns_control control = {
		.header = {
			.cmsg_len = CMSG_LEN(sizeof(int[PSD_NS_COUNT])),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	struct iovec parts[] = {
		{ .iov_base = &error, .iov_len = sizeof(error) },
		{ .iov_base = (void *)(uintptr_t)why, .iov_len = strlen(why) },
	};
	struct msghdr message = {
		.msg_iov = parts,
		.msg_iovlen = PSD_ELEMENTS(parts),
	};

	if (error == 0) {
		memcpy(CMSG_DATA(&control.header), ns,
		    sizeof(int[PSD_NS_COUNT]));
		message.msg_control = &control;
		message.msg_controllen = control.header.cmsg_len;
	}
	(void)sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* The keeper's whole life. */
static void
keep(int report_fd, const struct psd_words *view, bool keeps_network)
{
	int ns[PSD_NS_COUNT] = { PSD_NO_FD, PSD_NO_FD, PSD_NO_FD, PSD_NO_FD };
	char why[PSD_KEEPER_WHY] = "";
	const int r = psd_keeper_build(report_fd, view, keeps_network, ns, why,
	    sizeof(why));

	report(report_fd, -r, why, ns);
	_exit(0);
}

/* 0 and the descriptors, or -errno and why. */
static int
take_report(int fd, int ret_ns[PSD_NS_COUNT], char *ret_why, size_t size)
{
	union ns_control control;
	int error = 0;
	struct iovec parts[] = {
		{ .iov_base = &error, .iov_len = sizeof(error) },
		{ .iov_base = ret_why, .iov_len = size - 1 },
	};
	struct msghdr message = {
		.msg_iov = parts,
		.msg_iovlen = PSD_ELEMENTS(parts),
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int ns[PSD_NS_COUNT] = { PSD_NO_FD, PSD_NO_FD, PSD_NO_FD, PSD_NO_FD };
	const struct cmsghdr *header;
	const ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (n < (ssize_t)sizeof(error)) {
		(void)snprintf(ret_why, size, "the keeper died");
		return -ECHILD;
	}
	ret_why[(size_t)n - sizeof(error)] = '\0';
	if (error != 0)
		return -error;
	header = CMSG_FIRSTHDR(&message);
	/* As many as there was room for. */
	if (header != NULL)
		memcpy(ns, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	if (ns[PSD_NS_COUNT - 1] < 0) {
		psd_namespaces_close(ns);
		(void)snprintf(ret_why, size,
		    "no descriptors are left for namespaces");
		return -EMFILE;
	}
	memcpy(ret_ns, ns, sizeof(ns));
	return 0;
}

static int
wait_for_report(int fd, int ret_ns[PSD_NS_COUNT], char *ret_why, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&ready, 1, KEEPER_MSEC);
	while (n < 0 && errno == EINTR);
	if (n != 1) {
		(void)snprintf(ret_why, size, "the keeper did not answer");
		return -ETIMEDOUT;
	}
	return take_report(fd, ret_ns, ret_why, size);
}

int
psd_namespaces_prepare(const struct psd_words *view, bool keeps_network,
    int ret_ns[PSD_NS_COUNT], char *ret_why, size_t size)
{
	int ends[2] = { PSD_NO_FD, PSD_NO_FD };
	_cleanup_fd_ int ours = PSD_NO_FD;
	_cleanup_fd_ int theirs = PSD_NO_FD;
	pid_t keeper = -1;
	int r = psd_pair(SOCK_SEQPACKET, ends);

	if (r == 0) {
		ours = ends[0];
		theirs = ends[1];
		keeper = fork();
		r = keeper < 0 ? -errno : 0;
	}
	if (r < 0) {
		(void)snprintf(ret_why, size, "cannot start a keeper: %s",
		    strerror(-r));
		return r;
	}
	if (keeper == 0)
		keep(theirs, view, keeps_network);
	psd_fd_cleanup(&theirs);
	r = wait_for_report(ours, ret_ns, ret_why, size);
	(void)kill(keeper, SIGKILL);
	while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
		continue;
	/* Nobody has to join what everybody is in. */
	if (r == 0 && keeps_network)
		psd_fd_cleanup(&ret_ns[PSD_NS_NET]);
	return r;
}
