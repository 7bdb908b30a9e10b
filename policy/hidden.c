/* SPDX-License-Identifier: ISC */
#include "policy/hidden.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Whatever there is of the way to it that can be looked at. */
bool
psd_is_hidden(const char *path)
{
	char way[PATH_MAX];
	struct stat status;

	(void)snprintf(way, sizeof(way), "%s", path);
	while (stat(way, &status) < 0) {
		char *slash = strrchr(way, '/');

		if (slash == NULL || slash == way)
			return false;
		*slash = '\0';
	}
	return S_ISDIR(status.st_mode) && (status.st_mode & 0777) == 0 &&
	    status.st_uid == 0;
}
