/* SPDX-License-Identifier: ISC */
#include "common/sys.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Our own structures: those of the headers grow with their version. */
struct open_how_v0 {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

struct ruleset_v6 {
	uint64_t handled_fs;
	uint64_t handled_net;
	uint64_t scoped;
};

struct path_beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

/* Linux 6.16; the headers may be older. */
enum { SO_PASSRIGHTS_NUMBER = 83 };

struct net_port {
	uint64_t allowed;
	uint64_t port;
};

enum {
	LANDLOCK_VERSION_FLAG = 1,
	LANDLOCK_PATH_BENEATH = 1,
	LANDLOCK_NET_PORT = 2,
};

static int
result(long r)
{
	return r < 0 ? -errno : (int)r;
}

int
psd_sys_openat2(int dir_fd, const char *path, int flags, mode_t mode,
    uint64_t resolve)
{
	const struct open_how_v0 how = {
		.flags = (unsigned)flags,
		.mode = mode,
		.resolve = resolve,
	};

	return result(syscall(SYS_openat2, dir_fd, path, &how, sizeof(how)));
}

int
psd_sys_landlock_abi(void)
{
	return result(syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
	    LANDLOCK_VERSION_FLAG));
}

int
psd_sys_landlock_create(uint64_t fs, uint64_t net, uint64_t scoped)
{
	const struct ruleset_v6 ruleset = {
		.handled_fs = fs,
		.handled_net = net,
		.scoped = scoped,
	};
	size_t size = sizeof(ruleset);

	/* A kernel refuses a structure longer than its own, unless zero. */
	if (scoped == 0)
		size = offsetof(struct ruleset_v6, scoped);
	if (scoped == 0 && net == 0)
		size = offsetof(struct ruleset_v6, handled_net);
	return result(syscall(SYS_landlock_create_ruleset, &ruleset, size, 0));
}

int
psd_sys_landlock_allow(int ruleset_fd, int fd, uint64_t rights)
{
	const struct path_beneath rule = {
		.allowed = rights,
		.parent_fd = fd,
	};

	return result(syscall(SYS_landlock_add_rule, ruleset_fd,
	    LANDLOCK_PATH_BENEATH, &rule, 0));
}

int
psd_sys_landlock_allow_port(int ruleset_fd, uint16_t port, uint64_t rights)
{
	const struct net_port rule = {
		.allowed = rights,
		.port = port,
	};

	return result(syscall(SYS_landlock_add_rule, ruleset_fd,
	    LANDLOCK_NET_PORT, &rule, 0));
}

int
psd_sys_landlock_restrict(int ruleset_fd)
{
	return result(syscall(SYS_landlock_restrict_self, ruleset_fd, 0));
}

bool
psd_sys_pass_rights(int fd, bool pass)
{
	const int value = pass;

	return setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS_NUMBER, &value,
		   sizeof(value)) == 0;
}

int
psd_sys_pidfd_open(pid_t pid)
{
	return result(syscall(SYS_pidfd_open, pid, 0));
}

int
psd_sys_pidfd_kill(int pidfd, int number)
{
	return result(syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0));
}

int
psd_sys_capset_nothing(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
		0
	};

	return result(syscall(SYS_capset, &header, none));
}
