/* SPDX-License-Identifier: ISC */
/* A key of whoever started the daemon, through its session. */
#include "tests/attacks/attack.h"

#include <linux/keyctl.h>
#include <sys/syscall.h>

ATTACK(keyring_search, ATTACK_CALLS)
{
	static const int rings[] = { KEY_SPEC_SESSION_KEYRING,
		KEY_SPEC_USER_SESSION_KEYRING, KEY_SPEC_USER_KEYRING,
		KEY_SPEC_PROCESS_KEYRING, KEY_SPEC_THREAD_KEYRING };
	int error = ENOKEY;

	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		const long key = syscall(SYS_keyctl, KEYCTL_SEARCH, rings[i],
		    "user", ATTACK_KEY, 0);

		if (key >= 0)
			return 0;
		error = errno;
	}
	return error;
}
