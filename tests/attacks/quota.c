/* SPDX-License-Identifier: ISC */
/* Quotas of a file system. */
#include "tests/attacks/attack.h"

#include <sys/quota.h>

ATTACK(quota, ATTACK_CALLS)
{
	return attack_errno(
	    quotactl(QCMD(Q_QUOTAOFF, USRQUOTA), "/dev/none", 0, NULL));
}
