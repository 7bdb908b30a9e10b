/* SPDX-License-Identifier: ISC */
#include "daemon/namespace.h"

#include "common/fd.h"
#include "common/pair.h"
#include "common/record.h"
#include "daemon/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A keeper that takes longer is stuck, in a mount of a dead server say.  The
 * kernel makes one network namespace at a time, and takes down others between:
 * with many of them beside us that takes seconds.
 */
enum { KEEPER_MSEC = 15000 };

/* What a keeper says, its descriptors beside it when there is no error. */
struct report {
	int error;
	char why[PSD_KEEPER_WHY];
};

void
psd_namespaces_close(int ns[PSD_NS_COUNT])
{
	for (size_t i = 0; i < PSD_NS_COUNT; i++)
		psd_fd_cleanup(&ns[i]);
}

/* The keeper's whole life. */
static void
keep(int report_fd, const struct psd_words *view, bool keeps_network)
{
	int ns[PSD_NS_COUNT] = { PSD_NO_FD, PSD_NO_FD, PSD_NO_FD, PSD_NO_FD };
	struct report report = { .error = 0 };

	report.error = -psd_keeper_build(report_fd, view, keeps_network, ns,
	    report.why, sizeof(report.why));
	(void)psd_record_send(report_fd, &report, sizeof(report), ns,
	    report.error == 0 ? PSD_NS_COUNT : 0, 0);
	_exit(0);
}

/* 0 and the descriptors, or -errno and why. */
static int
take_report(int fd, int ret_ns[PSD_NS_COUNT], char *ret_why, size_t size)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int[PSD_NS_COUNT]))];
	} control;
	struct report report;
	struct iovec record = { &report, sizeof(report) };
	struct msghdr message = {
		.msg_iov = &record,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int ns[PSD_NS_COUNT] = { PSD_NO_FD, PSD_NO_FD, PSD_NO_FD, PSD_NO_FD };
	const struct cmsghdr *header;

	if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) != sizeof(report)) {
		(void)snprintf(ret_why, size, "the keeper died");
		return -ECHILD;
	}
	if (report.error != 0) {
		(void)snprintf(ret_why, size, "%s", report.why);
		return -report.error;
	}
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
