/* SPDX-License-Identifier: ISC */
/* Input for the terminal that started the daemon. */
#include "tests/attacks/attack.h"

#include <fcntl.h>
#include <sys/ioctl.h>

ATTACK(push_terminal, ATTACK_CALLS)
{
	const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	return fd < 0 ? errno : attack_errno(ioctl(fd, TIOCSTI, "x"));
}
