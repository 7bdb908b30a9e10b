/* SPDX-License-Identifier: ISC */
/* A file by its number. */
#include "tests/attacks/attack.h"

#include <fcntl.h>

ATTACK(open_by_handle, ATTACK_CALLS)
{
	struct {
		struct file_handle header;
		unsigned char bytes[64];
	} handle = { .header = { .handle_bytes = 8, .handle_type = 1 } };

	return attack_errno(
	    open_by_handle_at(AT_FDCWD, &handle.header, O_RDONLY | O_CLOEXEC));
}
