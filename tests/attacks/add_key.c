/* SPDX-License-Identifier: ISC */
/*
 * Keys of its own, of which a user can have so many, and then one with the
 * name of another's, for whoever looks for that.
 */
#include "tests/attacks/attack.h"

#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>

enum { KEYS = 256 };

ATTACK(add_key, ATTACK_OTHERS)
{
	int error = 0;

	for (int i = 0; i < KEYS && error == 0; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "flood-%d", i);
		error = attack_errno(syscall(SYS_add_key, "user", name, name,
		    sizeof(name), KEY_SPEC_SESSION_KEYRING));
	}
	(void)syscall(SYS_add_key, "user", ATTACK_KEY, "forged", 6,
	    KEY_SPEC_SESSION_KEYRING);
	return error;
}
