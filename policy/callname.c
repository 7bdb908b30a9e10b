/* SPDX-License-Identifier: ISC */
#include "policy/callname.h"

#include "common/arch.h"
#include "common/mem.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
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

/*
 * How many letters have to be changed, added or taken away to make one name
 * from the other.
 */
static unsigned
distance(const char *from, const char *to)
{
	unsigned costs[PSD_CALL_NAME_MAX + 1];
	const size_t len = strlen(to);
	size_t i, j;

	for (j = 0; j <= len; j++)
		costs[j] = (unsigned)j;
	for (i = 1; from[i - 1] != '\0'; i++) {
		unsigned diagonal = costs[0];

		costs[0] = (unsigned)i;
		for (j = 1; j <= len; j++) {
			const unsigned above = costs[j];
			unsigned least =
			    diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);

			if (above + 1 < least)
				least = above + 1;
			if (costs[j - 1] + 1 < least)
				least = costs[j - 1] + 1;
			costs[j] = least;
			diagonal = above;
		}
	}
	return costs[len];
}

int
psd_call_nearest(const char *name, char *ret)
{
	const size_t len = strnlen(name, PSD_CALL_NAME_MAX + 1);
	const int highest = psd_call_highest(PSD_AUDIT_ARCH);
	/* Beyond a third of the letters it is another word. */
	unsigned best = (unsigned)len / 3 + 1;
	char candidate[PSD_CALL_NAME_MAX + 1];
	bool found = false;
	int number;

	if (len > PSD_CALL_NAME_MAX)
		return -ENOENT;
	for (number = 0; number <= highest; number++) {
		unsigned far;

		if (psd_call_name(PSD_AUDIT_ARCH, number, candidate) < 0)
			continue;
		far = distance(name, candidate);
		if (far < best) {
			best = far;
			memcpy(ret, candidate, sizeof(candidate));
			found = true;
		}
	}
	return found ? 0 : -ENOENT;
}
