/* SPDX-License-Identifier: ISC */
#include "tests/support/preload.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
preload(const char *name)
{
	const char *built = getenv("B");
	char library[PATH_MAX];

	(void)snprintf(library, sizeof(library), "%s/tests/preload/%s.so",
	    built != NULL ? built : "build", name);
	if (access(library, R_OK) < 0)
		return -1;
	return setenv("LD_PRELOAD", library, 1);
}

bool
preload_is_possible(void)
{
	if (getenv("PSD_ASAN") == NULL)
		return true;
	(void)printf("SKIP: a sanitizer has to be the first library\n");
	return false;
}
