/* SPDX-License-Identifier: ISC */
#include "tests/support/install_rig.h"

#include "tests/support/child.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

const char *
install_rig_ours(void)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/privsepd", getenv("B"));
	return path;
}

void
install_rig_put(struct daemon_rig *rig, const char *program)
{
	char place[PATH_MAX], fresh[PATH_MAX];
	const char *const copy[] = { "install", "-m", "755", program, fresh,
		NULL };

	(void)snprintf(place, sizeof(place), "%s/privsepd", rig->dir);
	(void)snprintf(fresh, sizeof(fresh), "%s/privsepd.new", rig->dir);
	assert_int_equal(test_child_exit_status(test_child_exec(copy)), 0);
	assert_int_equal(rename(fresh, place), 0);
	rig->has_program = true;
}
