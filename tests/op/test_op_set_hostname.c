/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask(struct op_rig *rig, const char *name)
{
	struct psd_set_hostname_req req = { .hostname = psd_str_of(name) };
	struct psd_set_hostname_rep rep;

	return op_rig_ask(rig, PSD_OP_set_hostname, &req, &rep);
}

static bool
is_called(const char *name)
{
	struct utsname own;

	return uname(&own) == 0 && strcmp(own.nodename, name) == 0;
}

/* The host keeps its name: the test has a UTS namespace of its own. */
static int
renamed(void *argument)
{
	static const char *const names[] = { "a", "host", "host.example.org",
		"HOST-1.x", "1.2" };
	char longest[65];
	struct op_rig rig;

	(void)argument;
	TEST_EXPECT(unshare(CLONE_NEWUTS) == 0);
	op_rig_start(&rig, NULL, "AllowSetHostname=yes");
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++) {
		TEST_EXPECT(ask(&rig, names[i]) == 0);
		TEST_EXPECT(is_called(names[i]));
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	TEST_EXPECT(ask(&rig, longest) == 0);
	TEST_EXPECT(is_called(longest));
	op_rig_stop(&rig);
	return 0;
}

/* 65 bytes, one more than the kernel takes. */
static const char too_long[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

static int
not_renamed(void *argument)
{
	static const char *const names[] = { "", ".", "..", "a..b", ".a", "a.",
		"-a", "a.-b", "a b", "a\nb", "a/b", "a_b", "a;b", "$(id)",
		"\xc3\xa4", "a%n", too_long };
	struct op_rig rig;

	(void)argument;
	TEST_EXPECT(unshare(CLONE_NEWUTS) == 0);
	TEST_EXPECT(sethostname("before", 6) == 0);
	op_rig_start(&rig, NULL, "AllowSetHostname=yes");
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		TEST_EXPECT(ask(&rig, names[i]) == -EINVAL);
	TEST_EXPECT(is_called("before"));
	op_rig_stop(&rig);
	return 0;
}

static int
failed(void *argument)
{
	struct op_rig rig;

	(void)argument;
	TEST_EXPECT(unshare(CLONE_NEWUTS) == 0);
	op_rig_start(&rig, NULL, "AllowSetHostname=yes");
	TEST_EXPECT(test_deny(SYS_sethostname, EPERM) == 0);
	TEST_EXPECT(ask(&rig, "host") == -EPERM);
	op_rig_stop(&rig);
	return 0;
}

static void
check(int (*body)(void *argument))
{
	if (geteuid() != 0) {
		print_message("SKIP: only root can name a host\n");
		skip();
	}
	assert_int_equal(test_child_exit_status(test_child_start(body, NULL)),
	    0);
}

static void
without_a_grant_it_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowGetHostname=yes");
	assert_int_equal(ask(&rig, "host"), -EPERM);
	assert_int_equal(ask(&rig, "-"), -EPERM);
	op_rig_stop(&rig);
}

static void
the_host_is_called_what_was_asked(void **state)
{
	(void)state;
	check(renamed);
}

static void
what_is_no_host_name_is_invalid(void **state)
{
	(void)state;
	check(not_renamed);
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	(void)state;
	check(failed);
}

static void
a_malformed_set_hostname_ends_the_conversation(void **state)
{
	struct psd_set_hostname_req req = { .hostname = psd_str_of("host") };

	(void)state;
	op_rig_check_malformed("AllowGetHostname=yes", PSD_OP_set_hostname,
	    &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_grant_it_is_refused),
		cmocka_unit_test(the_host_is_called_what_was_asked),
		cmocka_unit_test(what_is_no_host_name_is_invalid),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(
		    a_malformed_set_hostname_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
