/* SPDX-License-Identifier: ISC */
#include "daemon/caps.h"

#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

enum { CAPS_MAX = 64 };

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
