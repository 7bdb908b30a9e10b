/* SPDX-License-Identifier: ISC */
#include "daemon/keeper.h"

#include "common/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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

/*
 * Helpers are executed by a descriptor, in a root that does not show its path.
 * TOMOYO looks for that path and refuses without, before anybody has looked at
 * the program, and was corrected in the autumn of 2024 only.  What is no program
 * tells whether it gets as far as that.
 */
static int
check_exec(char *ret_why, size_t size)
{
	char text[] = "no program";
	/* Since 5.18 the kernel's log tells of a program without a name. */
	char *const argv[] = { text, NULL };
	char *const environment[] = { NULL };
	const int fd = memfd_create("privsep", MFD_CLOEXEC);

	/* Some forbid to execute such a file, which is an answer, too. */
	if (fd < 0 || write(fd, text, sizeof(text)) < 0)
		return 0;
	(void)syscall(SYS_execveat, fd, "", argv, environment, AT_EMPTY_PATH);
	if (errno != ENOENT)
		return 0;
	(void)snprintf(ret_why, size,
	    "no program out of sight can be executed (TOMOYO without its "
	    "correction of 2024): update the kernel, or boot with lsm=");
	return -ENOENT;
}

/*
 * What we mount must not appear outside, nor the other way, wherever it is: in a
 * chroot(2) our root is not that of the namespace, which may be no mount at all.
 */
static int
keep_mounts(int mnt_fd)
{
	_cleanup_fd_ int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root_fd < 0 || setns(mnt_fd, CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return fchdir(root_fd) < 0 || chroot(".") < 0 ? -1 : 0;
}

int
psd_keeper_build(int report_fd, const struct psd_words *view,
    bool keeps_network, int ret_ns[PSD_NS_COUNT], char *ret_why, size_t size)
{
	const int network = keeps_network ? 0 : CLONE_NEWNET;
	int r;

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
	if (keep_mounts(ret_ns[PSD_NS_MNT]) < 0)
		return tell(ret_why, size, "cannot make mounts private");
	r = psd_keeper_root(view, ret_ns[PSD_NS_MNT], ret_why, size);
	return r < 0 ? r : check_exec(ret_why, size);
}
