/* SPDX-License-Identifier: ISC */
/* Owner of a file that is not its own. */
#include "tests/attacks/attack.h"

#include <unistd.h>

ATTACK(take_root_directory, ATTACK_CALLS)
{
	return attack_errno(chown("/", 0, 0));
}
