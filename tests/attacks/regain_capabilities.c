/* SPDX-License-Identifier: ISC */
/* Capabilities that were given up. */
#include "tests/attacks/attack.h"

#include <linux/capability.h>
#include <sys/syscall.h>

ATTACK(regain_capabilities, ATTACK_CALLS)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
		0 };
	struct __user_cap_data_struct all[2] = { { ~0U, ~0U, ~0U },
		{ ~0U, ~0U, ~0U } };

	return attack_errno(syscall(SYS_capset, &header, all));
}
