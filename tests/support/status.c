/* SPDX-License-Identifier: ISC */
#include "tests/support/status.h"

#include "common/small_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 1 << 14 };

const char *
test_status(pid_t pid, const char *key)
{
	static char text[TEXT_MAX];
	char path[64], start[64];
	char *found;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	(void)snprintf(start, sizeof(start), "\n%s:", key);
	assert_int_equal(psd_small_file_read(AT_FDCWD, path, text,
			     sizeof(text)),
	    0);
	found = strstr(text, start);
	if (found == NULL)
		return "";
	found += strlen(start);
	found += strspn(found, " \t");
	found[strcspn(found, "\n")] = '\0';
	return found;
}
