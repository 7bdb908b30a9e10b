/* SPDX-License-Identifier: ISC */
/*
 * A session keyring by its name, which whoever started the daemon gave it: the
 * kernel joins the one that there is, if its owner lets everybody.
 */
#include "tests/attacks/attack.h"

#include <linux/keyctl.h>
#include <sys/syscall.h>

ATTACK(keyring_join, ATTACK_CALLS)
{
	long key;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, ATTACK_RING) < 0)
		return errno;
	key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
	    "user", ATTACK_KEY, 0);
	return attack_errno(key);
}
