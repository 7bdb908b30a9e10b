/* SPDX-License-Identifier: ISC */
#ifndef PSD_SYS_H
#define PSD_SYS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * System calls that the C library of Debian 12 lacks, or whose constants its
 * kernel headers are too old for.  Each returns what the call returns, or
 * -errno; the numbers come with the headers, so a kernel that is too old
 * answers -ENOSYS.
 */

/* openat2(2). */
enum {
	PSD_RESOLVE_NO_XDEV = 0x01,
	PSD_RESOLVE_NO_MAGICLINKS = 0x02,
	PSD_RESOLVE_NO_SYMLINKS = 0x04,
	PSD_RESOLVE_BENEATH = 0x08,
	PSD_RESOLVE_IN_ROOT = 0x10,
};

/* Returns a descriptor, which is the caller's; flags are used as they are. */
int psd_sys_openat2(int dir_fd, const char *path, int flags, mode_t mode,
    uint64_t resolve);

/* landlock(7): rights of files. */
enum {
	PSD_LANDLOCK_EXECUTE = 1 << 0,
	PSD_LANDLOCK_WRITE_FILE = 1 << 1,
	PSD_LANDLOCK_READ_FILE = 1 << 2,
	PSD_LANDLOCK_READ_DIR = 1 << 3,
	PSD_LANDLOCK_REMOVE_DIR = 1 << 4,
	PSD_LANDLOCK_REMOVE_FILE = 1 << 5,
	PSD_LANDLOCK_MAKE_DIR = 1 << 7,
	PSD_LANDLOCK_MAKE_REG = 1 << 8,
	PSD_LANDLOCK_TRUNCATE = 1 << 14, /* from version 3 on */
};

/* Rights of sockets, from version 4 on. */
enum {
	PSD_LANDLOCK_BIND_TCP = 1 << 0,
	PSD_LANDLOCK_CONNECT_TCP = 1 << 1,
};

/* The version of the kernel's Landlock, from 1; -ENOSYS, -EOPNOTSUPP. */
int psd_sys_landlock_abi(void);

/*
 * A ruleset that governs the given rights; net counts from version 4 and
 * scoped from version 6 on and must be 0 before.
 */
int psd_sys_landlock_create(uint64_t fs, uint64_t net, uint64_t scoped);

/* Allows rights beneath what fd, which may be O_PATH, is open on. */
int psd_sys_landlock_allow(int ruleset_fd, int fd, uint64_t rights);

/* Allows rights for a port; from version 4 on. */
int psd_sys_landlock_allow_port(int ruleset_fd, uint16_t port, uint64_t rights);

int psd_sys_landlock_restrict(int ruleset_fd);

/*
 * Whether descriptors may be sent to whoever has this end (SO_PASSRIGHTS,
 * Linux 6.16); older kernels know no such thing, and nothing happens: false.
 */
bool psd_sys_pass_rights(int fd, bool pass);

int psd_sys_pidfd_open(pid_t pid);
int psd_sys_pidfd_kill(int pidfd, int number);

/* Drops every capability of the three sets that capset(2) knows. */
int psd_sys_capset_nothing(void);

#endif
