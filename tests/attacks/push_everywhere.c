/* SPDX-License-Identifier: ISC */
/* Input for a terminal, by whatever descriptor there may be. */
#include "tests/attacks/attack.h"

#include <sys/ioctl.h>

enum { NUMBERS = 1024, PASTE_SELECTION = 3 };

ATTACK(push_everywhere, ATTACK_CALLS)
{
	int r = EBADF;

	for (int fd = 0; fd < NUMBERS; fd++)
		if (ioctl(fd, TIOCSTI, "x") == 0)
			r = 0;
	return r;
}

ATTACK(paste_everywhere, ATTACK_CALLS)
{
	char command = PASTE_SELECTION;
	int r = EBADF;

	for (int fd = 0; fd < NUMBERS; fd++)
		if (ioctl(fd, TIOCLINUX, &command) == 0)
			r = 0;
	return r;
}
