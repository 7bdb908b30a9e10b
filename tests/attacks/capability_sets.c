/* SPDX-License-Identifier: ISC */
/* A capability in any of the five sets, or a way to get one back. */
#include "tests/attacks/attack.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static bool
has_one(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
		0 };
	struct __user_cap_data_struct sets[2];

	if (syscall(SYS_capget, &header, sets) < 0)
		return true;
	for (int i = 0; i < 2; i++)
		if ((sets[i].effective | sets[i].permitted |
			sets[i].inheritable) != 0)
			return true;
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (prctl(PR_CAPBSET_READ, cap) != 0 ||
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) !=
			0)
			return true;
	return false;
}

ATTACK(capability_sets, ATTACK_CALLS)
{
	const int locked = SECBIT_NOROOT_LOCKED |
	    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
	    SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	if (has_one() || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
	    (prctl(PR_GET_SECUREBITS) & locked) != locked)
		return 0;
	return EPERM;
}
