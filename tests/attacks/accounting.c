/* SPDX-License-Identifier: ISC */
/* What every process does, written down. */
#include "tests/attacks/attack.h"

#include <unistd.h>

ATTACK(accounting, ATTACK_CALLS)
{
	return attack_errno(acct("/etc/passwd"));
}
