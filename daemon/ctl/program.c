/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/program.h"

#include "daemon/ctl/ctl.h"
#include "daemon/ctl/out.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_executable(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	    access(path, X_OK) == 0;
}

/* Without links, which the program's view of the files need not have. */
static int
settle(const char *found, char ret[PATH_MAX])
{
	if (realpath(found, ret) == NULL)
		return errno == ENOENT || errno == ENOTDIR
		    ? PSD_CTL_RUN_NOT_FOUND
		    : PSD_CTL_RUN_NOT_EXECUTABLE;
	return is_executable(ret) ? 0 : PSD_CTL_RUN_NOT_EXECUTABLE;
}

/* As a shell does: the first of $PATH that can be executed. */
static int
find_program(const char *name, char ret[PATH_MAX])
{
	const char *dirs = getenv("PATH");
	int status = PSD_CTL_RUN_NOT_FOUND;

	if (strchr(name, '/') != NULL)
		return settle(name, ret);
	if (dirs == NULL)
		dirs = "/usr/bin:/bin";
	for (const char *at = dirs; *name != '\0'; at++) {
		const size_t len = strcspn(at, ":");
		char found[PATH_MAX];
		int n, r;

		n = snprintf(found, sizeof(found), "%.*s/%s",
		    len > 0 ? (int)len : 1, len > 0 ? at : ".", name);
		r = n < 0 || (size_t)n >= sizeof(found) ? PSD_CTL_RUN_NOT_FOUND
							: settle(found, ret);
		if (r == 0)
			return 0;
		if (r != PSD_CTL_RUN_NOT_FOUND)
			status = r;
		at += len;
		if (*at == '\0')
			break;
	}
	return status;
}

int
psd_ctl_find_program(const char *name, char ret[PATH_MAX])
{
	const int status = find_program(name, ret);

	if (status == PSD_CTL_RUN_NOT_FOUND)
		psd_ctl_complain("%s: there is no such program", name);
	else if (status != 0)
		psd_ctl_complain("%s cannot be executed", name);
	return status;
}
