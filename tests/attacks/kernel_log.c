/* SPDX-License-Identifier: ISC */
/* The log of the kernel, emptied. */
#include "tests/attacks/attack.h"

#include <sys/klog.h>

ATTACK(kernel_log, ATTACK_CALLS)
{
	return attack_errno(klogctl(5, NULL, 0));
}
