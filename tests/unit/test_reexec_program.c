/* SPDX-License-Identifier: ISC */
/*
 * Which program a re-exec executes: the one that was started, whatever it was
 * called then.  This program executes itself, as its daemon would be.
 */
#include "daemon/reexec.h"
#include "tests/support/child.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FOUND = 0, ANOTHER = 3 };

static char ourselves[PATH_MAX];

/* What it may be, and whether it is safe where it is, is looked at later. */
static int
find(void)
{
	struct stat found = { .st_ino = 0 }, ours;
	char why[512];

	psd_reexec_note_program();
	(void)psd_reexec_look(&found, why, sizeof(why));
	if (stat("/proc/self/exe", &ours) < 0)
		return ANOTHER;
	return found.st_dev == ours.st_dev && found.st_ino == ours.st_ino
	    ? FOUND
	    : ANOTHER;
}

static int
by_its_path(void *argument)
{
	(void)argument;
	(void)execl(ourselves, "privsepd", "find", (char *)NULL);
	return 98;
}

static int
by_a_relative_path(void *argument)
{
	char *slash = strrchr(ourselves, '/');

	(void)argument;
	*slash = '\0';
	if (chdir(ourselves) == 0)
		(void)execl(slash + 1, "privsepd", "find", (char *)NULL);
	return 98;
}

/* The path that the kernel tells is one of a descriptor, gone by then. */
static int
by_a_descriptor(void *argument)
{
	static char name[] = "privsepd", mode[] = "find";
	char *const words[] = { name, mode, NULL };
	const int fd = open(ourselves, O_PATH | O_CLOEXEC);

	(void)argument;
	(void)fexecve(fd, words, environ);
	return 98;
}

static void
program_is_found_again(void **state)
{
	static int (*const ways[])(void *argument) = { by_its_path,
		by_a_relative_path, by_a_descriptor };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(ways[i], NULL)),
		    FOUND);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_is_found_again),
	};

	if (argc > 1 && strcmp(argv[1], "find") == 0)
		return find();
	assert_non_null(realpath("/proc/self/exe", ourselves));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
