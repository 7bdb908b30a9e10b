/* SPDX-License-Identifier: ISC */
/* Ends with 77 when it is root or has a capability, and with 1 otherwise. */
#include "tests/helpers/tiny.h"

#include <linux/capability.h>

enum { HAS_GAINED = 77 };

void
tiny_main(const uintptr_t *stack)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
		0 };
	struct __user_cap_data_struct sets[2] = { { 0 } };
	const uint64_t nothing[6] = { 0 };
	const uint64_t asked[6] = { (uintptr_t)&header, (uintptr_t)sets };
	const long r = tiny_call(SYS_capget, asked);

	(void)stack;
	if (tiny_call(SYS_geteuid, nothing) == 0 || r < 0 ||
	    (sets[0].permitted | sets[1].permitted) != 0)
		tiny_exit(HAS_GAINED);
	tiny_exit(1);
}
