/* SPDX-License-Identifier: ISC */
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
ask(struct op_rig *rig, struct psd_get_hostname_rep *ret)
{
	struct psd_get_hostname_req req = { .end = 0 };

	return op_rig_ask(rig, PSD_OP_get_hostname, &req, ret);
}

static void
the_names_equal_those_of_the_c_library(void **state)
{
	struct psd_get_hostname_rep rep;
	struct utsname own;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowGetHostname=yes");
	assert_int_equal(uname(&own), 0);
	assert_int_equal(ask(&rig, &rep), 0);
	assert_string_equal(rep.hostname.at, own.nodename);
	assert_string_equal(rep.domain.at, own.domainname);
	op_rig_stop(&rig);
}

/* The longest that the kernel takes, and bytes that are no letters. */
static int
with_strange_names(void *argument)
{
	static const char domain[] = "\x1b[2J \xff";
	struct psd_get_hostname_rep rep;
	struct op_rig rig;
	char name[64];

	(void)argument;
	memset(name, 'x', sizeof(name));
	op_rig_start(&rig, NULL, "AllowGetHostname=yes");
	TEST_EXPECT(unshare(CLONE_NEWUTS) == 0);
	TEST_EXPECT(sethostname(name, sizeof(name)) == 0);
	TEST_EXPECT(setdomainname(domain, strlen(domain)) == 0);
	TEST_EXPECT(ask(&rig, &rep) == 0);
	TEST_EXPECT(rep.hostname.len == sizeof(name));
	TEST_EXPECT(memcmp(rep.hostname.at, name, sizeof(name)) == 0);
	TEST_EXPECT(strcmp(rep.domain.at, domain) == 0);
	TEST_EXPECT(sethostname("", 0) == 0);
	TEST_EXPECT(ask(&rig, &rep) == 0);
	TEST_EXPECT(rep.hostname.len == 0);
	op_rig_stop(&rig);
	return 0;
}

static void
names_of_any_length_and_any_bytes_are_told_as_they_are(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: only root can name a host\n");
		skip();
	}
	assert_int_equal(test_child_exit_status(
			     test_child_start(with_strange_names, NULL)),
	    0);
}

static void
without_a_grant_it_is_refused(void **state)
{
	struct psd_get_hostname_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowLog=info");
	assert_int_equal(ask(&rig, &rep), -EPERM);
	op_rig_stop(&rig);
	op_rig_start(&rig, NULL, "AllowGetHostname=yes\nDenyGetHostname=yes");
	assert_int_equal(ask(&rig, &rep), -EPERM);
	op_rig_stop(&rig);
}

static int
with_a_failing_call(void *argument)
{
	struct psd_get_hostname_rep rep;
	struct op_rig rig;

	(void)argument;
	op_rig_start(&rig, NULL, "AllowGetHostname=yes");
	TEST_EXPECT(test_deny(SYS_uname, EFAULT) == 0);
	TEST_EXPECT(ask(&rig, &rep) == -EFAULT);
	op_rig_stop(&rig);
	return 0;
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(with_a_failing_call, NULL)),
	    0);
}

static void
a_malformed_get_hostname_ends_the_conversation(void **state)
{
	struct psd_get_hostname_req req = { .end = 0 };

	(void)state;
	op_rig_check_malformed("AllowGetHostname=yes", PSD_OP_get_hostname,
	    &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_names_equal_those_of_the_c_library),
		cmocka_unit_test(
		    names_of_any_length_and_any_bytes_are_told_as_they_are),
		cmocka_unit_test(without_a_grant_it_is_refused),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(
		    a_malformed_get_hostname_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
