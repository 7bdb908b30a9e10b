/* SPDX-License-Identifier: ISC */
#include "daemon/caps.h"

#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

enum { CAPS_MAX = 64 };

uint64_t
psd_caps_permitted(void)
{
	cap_t now = cap_get_proc();
	uint64_t bits = 0;

	for (cap_value_t cap = 0; now != NULL && cap < CAPS_MAX; cap++) {
		cap_flag_value_t is_set = CAP_CLEAR;

		if (cap_get_flag(now, cap, CAP_PERMITTED, &is_set) == 0 &&
		    is_set == CAP_SET)
			bits |= UINT64_C(1) << cap;
	}
	if (now != NULL)
		(void)cap_free(now);
	return bits;
}

void
psd_caps_text(char *ret, size_t size)
{
	const uint64_t bits = psd_caps_permitted();
	size_t len = 0;

	ret[0] = '\0';
	for (cap_value_t cap = 0; cap < CAPS_MAX; cap++) {
		char *name;
		int n;

		if ((bits & UINT64_C(1) << cap) == 0)
			continue;
		name = cap_to_name(cap);
		if (name == NULL)
			return;
		n = snprintf(ret + len, size - len, "%s%s", len == 0 ? "" : " ",
		    strncmp(name, "cap_", 4) == 0 ? name + 4 : name);
		(void)cap_free(name);
		if (n < 0 || (size_t)n >= size - len)
			return;
		len += (size_t)n;
	}
}
