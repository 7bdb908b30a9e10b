/* SPDX-License-Identifier: ISC */
#include "policy/callname.h"

#include "common/arch.h"
#include "common/mem.h"
#include "policy/near.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

int
psd_call_number(uint32_t arch, const char *name)
{
	const int number = seccomp_syscall_resolve_name_arch(arch, name);

	if (number == __NR_SCMP_ERROR)
		return PSD_CALL_UNKNOWN;
	return number < 0 ? PSD_CALL_ELSEWHERE : number;
}

int
psd_call_name(uint32_t arch, int number, char *ret)
{
	_cleanup_free_ char *name =
	    seccomp_syscall_resolve_num_arch(arch, number);
	size_t len;

	if (name == NULL)
		return -ENOENT;
	len = strlen(name);
	if (len > PSD_CALL_NAME_MAX)
		return -ENOENT;
	memcpy(ret, name, len + 1);
	return 0;
}

int
psd_call_highest(uint32_t arch)
{
	static uint32_t known_arch;
	static int known;
	char name[PSD_CALL_NAME_MAX + 1];
	int number;

	if (arch == known_arch)
		return known;
	for (number = PSD_CALLS_MAX - 1; number > 0; number--) {
		if (psd_call_name(arch, number, name) == 0)
			break;
	}
	known_arch = arch;
	known = number;
	return number;
}

int
psd_call_nearest(const char *name, char *ret)
{
	const int highest = psd_call_highest(PSD_AUDIT_ARCH);
	struct psd_near near = psd_near_to(name);
	char candidate[PSD_CALL_NAME_MAX + 1];
	const char *best;
	int number;

	for (number = 0; number <= highest; number++) {
		if (psd_call_name(PSD_AUDIT_ARCH, number, candidate) == 0)
			psd_near_try(&near, candidate);
	}
	best = psd_near_best(&near);
	if (best == NULL)
		return -ENOENT;
	memcpy(ret, best, strlen(best) + 1);
	return 0;
}
