/* SPDX-License-Identifier: ISC */
/*
 * Arguments whose upper half the kernel does not look at, and a careless filter
 * does: what is denied without them is denied with them.
 */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define HIGH (1UL << 32)
#define SIGN (0xffffffffUL << 32)

static int
make_socket(unsigned long high)
{
	return attack_errno(syscall(SYS_socket, AF_NETLINK | high,
	    (unsigned long)SOCK_RAW | high, NETLINK_ROUTE | high));
}

ATTACK(high_socket, ATTACK_FILTERED)
{
	return make_socket(HIGH);
}

ATTACK(high_socket_sign, ATTACK_FILTERED)
{
	return make_socket(SIGN);
}

ATTACK(high_ioctl, ATTACK_CALLS)
{
	return attack_errno(
	    syscall(SYS_ioctl, STDIN_FILENO, TIOCSTI | HIGH, "x"));
}

ATTACK(high_prctl, ATTACK_FILTERED)
{
	return attack_errno(
	    syscall(SYS_prctl, PR_SET_DUMPABLE | HIGH, 1, 0, 0, 0));
}

ATTACK(high_fcntl, ATTACK_FILTERED)
{
	return attack_errno(syscall(SYS_fcntl, arena->pair, F_SETOWN | HIGH,
	    (long)arena->daemon));
}

ATTACK(high_map, ATTACK_FILTERED)
{
	const long at = syscall(SYS_mmap, 0, 4096,
	    PROT_READ | PROT_WRITE | PROT_EXEC | HIGH,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return attack_errno(at);
}

ATTACK(high_protect, ATTACK_FILTERED)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return attack_errno(
	    syscall(SYS_mprotect, at, 4096, PROT_READ | PROT_EXEC | HIGH));
}

/* To an address, though its lower half is that of none. */
ATTACK(high_address, ATTACK_CALLS)
{
	return attack_errno(
	    syscall(SYS_sendto, arena->pair, "", 0, 0, HIGH, 16));
}

ATTACK(high_open, ATTACK_CALLS)
{
	return attack_errno(syscall(SYS_openat, AT_FDCWD, "/etc/new",
	    (unsigned long)(O_WRONLY | O_CREAT) | HIGH, 0600));
}
