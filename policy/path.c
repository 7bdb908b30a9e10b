/* SPDX-License-Identifier: ISC */
#include "policy/path.h"

#include <string.h>

static bool
is_plain(const char *component, size_t len)
{
	if (len == 0 || (len == 1 && component[0] == '.'))
		return false;
	return len != 2 || component[0] != '.' || component[1] != '.';
}

bool
psd_path_is_normal(const char *path, size_t len)
{
	size_t at = 1;

	if (len == 0 || path[0] != '/' || memchr(path, '\0', len) != NULL)
		return false;
	while (len > 1) {
		const char *slash = memchr(path + at, '/', len - at);
		const size_t n =
		    slash == NULL ? len - at : (size_t)(slash - path) - at;

		if (!is_plain(path + at, n))
			return false;
		if (slash == NULL)
			break;
		at += n + 1;
	}
	return true;
}
