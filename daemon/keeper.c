/* SPDX-License-Identifier: ISC */
#include "daemon/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <signal.h>
#include <unistd.h>

/* Says nothing about the machine. */
#define HOST_NAME "privsep"

static int
tell(char *ret_why, size_t size, const char *what)
{
	const int error = errno;

	(void)snprintf(ret_why, size, "%s: %s", what, strerror(error));
	return -error;
}

/* Also the daemon's ends of pairs, so that the keeper holds none of them. */
static int
close_others(int fd)
{
	const unsigned kept = (unsigned)fd;

	if (kept > 3 && syscall(SYS_close_range, 3, kept - 1, 0) < 0)
		return -errno;
	return syscall(SYS_close_range, kept + 1, ~0U, 0) < 0 ? -errno : 0;
}

/* While /proc is still to be seen. */
static int
open_namespaces(int ret_ns[PSD_NS_COUNT])
{
	static const char *const paths[PSD_NS_COUNT] = {
		[PSD_NS_MNT] = "/proc/self/ns/mnt",
		[PSD_NS_NET] = "/proc/self/ns/net",
		[PSD_NS_IPC] = "/proc/self/ns/ipc",
		[PSD_NS_UTS] = "/proc/self/ns/uts",
	};

	for (size_t i = 0; i < PSD_NS_COUNT; i++) {
		ret_ns[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		if (ret_ns[i] < 0)
			return -errno;
	}
	return 0;
}

int
psd_keeper_build(int report_fd, const struct psd_words *view,
    bool keeps_network, int ret_ns[PSD_NS_COUNT], char *ret_why, size_t size)
{
	const int network = keeps_network ? 0 : CLONE_NEWNET;

	(void)prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	if (close_others(report_fd) < 0)
		return tell(ret_why, size, "cannot close descriptors");
	if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | network) < 0)
		return tell(ret_why, size, "cannot make namespaces");
	if (open_namespaces(ret_ns) < 0)
		return tell(ret_why, size, "cannot open the namespaces");
	if (sethostname(HOST_NAME, strlen(HOST_NAME)) < 0)
		return tell(ret_why, size, "cannot set the host name");
	if (setdomainname("", 0) < 0)
		return tell(ret_why, size, "cannot set the domain name");
	/* What we mount must not appear outside, nor the other way. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return tell(ret_why, size, "cannot make mounts private");
	return psd_keeper_root(view, ret_why, size);
}
