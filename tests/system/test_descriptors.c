/* SPDX-License-Identifier: ISC */
#include "tests/support/daemon_rig.h"
#include "tests/support/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* One that may send descriptors, and one whose filter alone would let it. */
static struct daemon_rig rig;

static int
start(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "may", "Instances=1",
	    "SystemCallFilter=@send-descriptors\n"
	    "AllowOpen=write %s/files/**\n"
	    "AllowChangeMode=0640 %s/files/**");
	daemon_rig_puppet(&rig, "may-not", "Instances=1",
	    "SystemCallFilter=sendmsg\nAllowOpen=write %s/files/**");
	daemon_rig_puppet(&rig, "cannot", "Instances=1",
	    "AllowOpen=write %s/files/**\n"
	    "AllowChangeMode=0640 %s/files/**");
	daemon_rig_write(&rig, "files/file", "text");
	daemon_rig_start(&rig);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

/* What became of a request for 0640, and of the file. */
static const char *
ask(const char *name, unsigned *ret_mode)
{
	static char answer[32];
	const int fd = daemon_rig_connect(&rig, name);
	struct stat status;
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/files/file", rig.dir);
	assert_int_equal(chmod(path, 0600), 0);
	(void)snprintf(answer, sizeof(answer), "%s",
	    daemon_rig_say(fd, "mode 0640 %s", path));
	(void)close(fd);
	assert_int_equal(stat(path, &status), 0);
	*ret_mode = status.st_mode & 07777;
	return answer;
}

static void
a_granted_descriptor_arrives(void **state)
{
	const bool is_known = kernel_numbers_files();
	unsigned mode;

	(void)state;
	assert_string_equal(ask("may", &mode), is_known ? "0 0" : "0 -95");
	assert_int_equal(mode, is_known ? 0640 : 0600);
}

static void
the_kernel_refuses_one_that_no_grant_takes_and_the_helper_lives(void **state)
{
	unsigned mode;

	(void)state;
	if (!kernel_refuses_descriptors()) {
		/* Then the daemon does, and the helper does not. */
		assert_string_equal(ask("may-not", &mode), "");
		assert_int_equal(mode, 0600);
		assert_true(daemon_rig_logs(&rig, "may-not["));
		return;
	}
	assert_string_equal(ask("may-not", &mode), "0 -1");
	assert_string_equal(ask("may-not", &mode), "0 -1");
	assert_int_equal(mode, 0600);
	assert_false(daemon_rig_has_logged(&rig, "may-not["));
}

static void
a_helper_without_the_group_ends_by_its_filter(void **state)
{
	unsigned mode;

	(void)state;
	assert_string_equal(ask("cannot", &mode), "");
	assert_int_equal(mode, 0600);
	assert_true(
	    daemon_rig_logs(&rig, "to allow: SystemCallFilter=sendmsg"));
	/* Which was told when the policy was loaded, too. */
	assert_true(daemon_rig_has_logged(&rig,
	    "add SystemCallFilter=@send-descriptors"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_granted_descriptor_arrives),
		cmocka_unit_test(
		    the_kernel_refuses_one_that_no_grant_takes_and_the_helper_lives),
		cmocka_unit_test(a_helper_without_the_group_ends_by_its_filter),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
