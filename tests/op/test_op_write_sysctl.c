/* SPDX-License-Identifier: ISC */
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

static const char policy[] = "AllowWriteSysctl=net.ipv4.*\n"
			     "AllowWriteSysctl=kernel.domainname\n"
			     "AllowWriteSysctl=kernel.ostype\n"
			     "AllowReadSysctl=net.ipv4.*";

static int
ask(struct op_rig *rig, const char *setting, const char *value)
{
	struct psd_write_sysctl_req req = {
		.setting = psd_str_of(setting),
		.value = psd_str_of(value),
	};
	struct psd_write_sysctl_rep rep;

	return op_rig_ask(rig, PSD_OP_write_sysctl, &req, &rep);
}

static bool
reads(struct op_rig *rig, const char *setting, const char *value)
{
	struct psd_read_sysctl_req req = { .setting = psd_str_of(setting) };
	struct psd_read_sysctl_rep rep;

	return op_rig_ask(rig, PSD_OP_read_sysctl, &req, &rep) == 0 &&
	    strcmp(rep.value.at, value) == 0;
}

/* In namespaces that nobody else is in, so that the host stays as it is. */
static int
in_namespaces(int (*body)(struct op_rig *rig))
{
	struct op_rig rig;
	int r;

	TEST_EXPECT(unshare(CLONE_NEWNET | CLONE_NEWUTS) == 0);
	op_rig_start(&rig, NULL, policy);
	r = body(&rig);
	op_rig_stop(&rig);
	return r;
}

static int
written(struct op_rig *rig)
{
	struct utsname own;

	TEST_EXPECT(ask(rig, "net.ipv4.ip_forward", "1") == 0);
	TEST_EXPECT(reads(rig, "net.ipv4.ip_forward", "1"));
	TEST_EXPECT(ask(rig, "net/ipv4/ip_forward", "0") == 0);
	TEST_EXPECT(reads(rig, "net.ipv4.ip_forward", "0"));
	TEST_EXPECT(ask(rig, "net.ipv4.ip_local_port_range", "2000 3000") == 0);
	TEST_EXPECT(reads(rig, "net.ipv4.ip_local_port_range", "2000\t3000"));
	TEST_EXPECT(ask(rig, "kernel.domainname", "example.org") == 0);
	TEST_EXPECT(uname(&own) == 0);
	TEST_EXPECT(strcmp(own.domainname, "example.org") == 0);
	TEST_EXPECT(ask(rig, "kernel.domainname", "") == 0);
	TEST_EXPECT(uname(&own) == 0);
	TEST_EXPECT(strcmp(own.domainname, "") == 0);
	return 0;
}

static int
refused_values(struct op_rig *rig)
{
	TEST_EXPECT(ask(rig, "net.ipv4.ip_default_ttl", "64") == 0);
	TEST_EXPECT(ask(rig, "net.ipv4.ip_default_ttl", "no") == -EINVAL);
	TEST_EXPECT(ask(rig, "net.ipv4.ip_default_ttl", "256") == -EINVAL);
	TEST_EXPECT(ask(rig, "net.ipv4.ip_default_ttl", "") == -EINVAL);
	/* The kernel takes the first and says nothing of the second. */
	TEST_EXPECT(ask(rig, "net.ipv4.ip_forward", "1 2") == -EINVAL);
	TEST_EXPECT(ask(rig, "net.ipv4.none", "1") == -ENOENT);
	TEST_EXPECT(ask(rig, "net.ipv4.conf", "1") == -EISDIR);
	TEST_EXPECT(ask(rig, "kernel.ostype", "1") == -EACCES);
	return 0;
}

/* Neither a setting beside the grants nor one that may only be read. */
static int
refused(struct op_rig *rig)
{
	TEST_EXPECT(ask(rig, "kernel.hostname", "x") == -EPERM);
	TEST_EXPECT(ask(rig, "kernel.none", "x") == -EPERM);
	TEST_EXPECT(ask(rig, "net.ipv4.conf.all.forwarding", "1") == -EPERM);
	TEST_EXPECT(ask(rig, "net/ipv4/../../kernel/hostname", "x") == -EPERM);
	TEST_EXPECT(ask(rig, "../sysrq-trigger", "x") == -EPERM);
	return 0;
}

/* Settings of the network are written with CAP_NET_ADMIN, or not at all. */
static int
keep_only(const cap_value_t *kept, int n)
{
	cap_t caps = cap_init();

	TEST_EXPECT(caps != NULL);
	TEST_EXPECT(n == 0 ||
	    (cap_set_flag(caps, CAP_PERMITTED, n, kept, CAP_SET) == 0 &&
		cap_set_flag(caps, CAP_EFFECTIVE, n, kept, CAP_SET) == 0));
	TEST_EXPECT(cap_set_proc(caps) == 0);
	TEST_EXPECT(cap_free(caps) == 0);
	return 0;
}

static int
with_what_the_row_keeps(struct op_rig *rig)
{
	static const cap_value_t kept[] = { CAP_NET_ADMIN };

	TEST_EXPECT(keep_only(kept, 1) == 0);
	TEST_EXPECT(ask(rig, "net.ipv4.ip_forward", "1") == 0);
	TEST_EXPECT(keep_only(NULL, 0) == 0);
	TEST_EXPECT(ask(rig, "net.ipv4.ip_forward", "0") == -EPERM);
	TEST_EXPECT(reads(rig, "net.ipv4.ip_forward", "1"));
	return 0;
}

static int
child(void *body)
{
	return in_namespaces(*(int (**)(struct op_rig *))body);
}

static void
check(int (*body)(struct op_rig *rig))
{
	if (geteuid() != 0) {
		print_message("SKIP: only root has networks\n");
		skip();
	}
	assert_int_equal(test_child_exit_status(test_child_start(child, &body)),
	    0);
}

static void
a_value_is_written_in_either_spelling(void **state)
{
	(void)state;
	check(written);
}

static void
a_value_that_the_kernel_refuses_is_told_by_its_errno(void **state)
{
	(void)state;
	check(refused_values);
}

static void
without_a_grant_it_is_refused(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowReadSysctl=**");
	assert_int_equal(ask(&rig, "net.ipv4.ip_forward", "0"), -EPERM);
	assert_int_equal(ask(&rig, "net.ipv4.none", "0"), -EPERM);
	op_rig_stop(&rig);
}

static void
what_is_not_granted_is_refused_alike(void **state)
{
	(void)state;
	check(refused);
}

static void
the_capability_of_the_row_is_what_it_takes(void **state)
{
	(void)state;
	check(with_what_the_row_keeps);
}

static void
a_malformed_write_sysctl_ends_the_conversation(void **state)
{
	struct psd_write_sysctl_req req = {
		.setting = psd_str_of("a.b"),
		.value = psd_str_of("1"),
	};

	(void)state;
	op_rig_check_malformed("AllowWriteSysctl=a.c", PSD_OP_write_sysctl,
	    &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_written_in_either_spelling),
		cmocka_unit_test(
		    a_value_that_the_kernel_refuses_is_told_by_its_errno),
		cmocka_unit_test(without_a_grant_it_is_refused),
		cmocka_unit_test(what_is_not_granted_is_refused_alike),
		cmocka_unit_test(the_capability_of_the_row_is_what_it_takes),
		cmocka_unit_test(
		    a_malformed_write_sysctl_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
