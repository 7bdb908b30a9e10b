/* SPDX-License-Identifier: ISC */
#include "policy/program.h"

#include "common/arch.h"
#include "policy/prove_values.h"

#include <errno.h>
#include <stdio.h>

uint32_t
psd_prove_expect_of(const struct psd_callset_entry *entries, size_t n,
    const uint64_t args[PSD_CALL_ARGUMENTS], uint32_t otherwise)
{
	uint32_t verdict = otherwise;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!psd_call_row_applies(entries[i].row, args))
			continue;
		if (entries[i].row->error == 0)
			return SECCOMP_RET_ALLOW;
		verdict = SECCOMP_RET_ERRNO | (uint32_t)entries[i].row->error;
	}
	return verdict;
}

uint32_t
psd_prove_otherwise(const struct psd_callset *set, int number)
{
	return number > set->highest ? SECCOMP_RET_ERRNO | ENOSYS
				     : set->refusal;
}

uint32_t
psd_prove_expect(const struct psd_callset *set, const struct seccomp_data *data)
{
	const uint32_t number = (uint32_t)data->nr;
	const struct psd_callset_entry *entries;
	uint64_t args[PSD_PROVE_ARGUMENTS];
	size_t i, n;

	if (data->arch != set->arch)
		return SECCOMP_RET_KILL_PROCESS;
	if (data->arch == PSD_AUDIT_ARCH &&
	    (number & PSD_FOREIGN_CALL_BIT) != 0)
		return SECCOMP_RET_KILL_PROCESS;
	if (number > (uint32_t)set->highest)
		return SECCOMP_RET_ERRNO | ENOSYS;
	for (i = 0; i < PSD_PROVE_ARGUMENTS; i++)
		args[i] = data->args[i];
	entries = psd_callset_find(set, data->nr, &n);
	return psd_prove_expect_of(entries, n, args, set->refusal);
}

void
psd_prove_print(char *ret, size_t size, uint32_t verdict)
{
	const uint32_t data = verdict & SECCOMP_RET_DATA;

	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		(void)snprintf(ret, size, "lets it pass");
		return;
	case SECCOMP_RET_ERRNO:
		(void)snprintf(ret, size, "answers errno %u", data);
		return;
	case SECCOMP_RET_KILL_PROCESS:
		(void)snprintf(ret, size, "kills");
		return;
	case SECCOMP_RET_USER_NOTIF:
		(void)snprintf(ret, size, "notifies");
		return;
	case SECCOMP_RET_LOG:
		(void)snprintf(ret, size, "logs it and lets it pass");
		return;
	default:
		(void)snprintf(ret, size, "says 0x%08x", verdict);
	}
}
