/* SPDX-License-Identifier: ISC */
#include "tests/support/seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { SAME = 1 };

unsigned
test_seed(const char *variable)
{
	const char *given = getenv(variable);
	unsigned seed = SAME;

	if (given != NULL)
		seed = (unsigned)strtoul(given, NULL, 10);
	else if (getenv("PSD_SOAK") != NULL)
		seed = (unsigned)time(NULL);
	print_message("# %s=%u\n", variable, seed);
	return seed;
}
