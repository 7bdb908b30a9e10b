/* SPDX-License-Identifier: ISC */
#include "daemon/caps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

int
psd_caps_permitted(uint64_t *ret)
{
	cap_t now = cap_get_proc();

	*ret = 0;
	if (now == NULL)
		return -errno;
	for (cap_value_t cap = 0; cap < PSD_CAPS_MAX; cap++) {
		cap_flag_value_t is_set = CAP_CLEAR;

		if (cap_get_flag(now, cap, CAP_PERMITTED, &is_set) == 0 &&
		    is_set == CAP_SET)
			*ret |= UINT64_C(1) << cap;
	}
	(void)cap_free(now);
	return 0;
}

static void
free_caps(cap_t *caps)
{
	if (*caps != NULL)
		(void)cap_free(*caps);
}

#define _cleanup_caps_ __attribute__((cleanup(free_caps)))

int
psd_caps_set(uint64_t in_permitted, uint64_t in_effective)
{
	_cleanup_caps_ cap_t caps = cap_init();

	for (cap_value_t cap = 0; caps != NULL && cap < PSD_CAPS_MAX; cap++) {
		const bool keep = (in_permitted & UINT64_C(1) << cap) != 0;
		const bool use = (in_effective & UINT64_C(1) << cap) != 0;

		if ((keep &&
			(cap_set_flag(caps, CAP_PERMITTED, 1, &cap, CAP_SET) <
				0 ||
			    cap_set_flag(caps, CAP_INHERITABLE, 1, &cap,
				CAP_SET) < 0)) ||
		    (use &&
			cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_SET) <
			    0))
			return -errno;
	}
	return caps == NULL || cap_set_proc(caps) < 0 ? -errno : 0;
}

void
psd_caps_text(char *ret, size_t size)
{
	uint64_t bits;
	size_t len = 0;

	ret[0] = '\0';
	if (psd_caps_permitted(&bits) < 0)
		return;
	for (cap_value_t cap = 0; cap < PSD_CAPS_MAX; cap++) {
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
