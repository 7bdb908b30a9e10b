/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

static int
ask(struct op_rig *rig, const char *setting, struct psd_read_sysctl_rep *ret)
{
	struct psd_read_sysctl_req req = { .setting = psd_str_of(setting) };

	return op_rig_ask(rig, PSD_OP_read_sysctl, &req, ret);
}

/* The kernel takes less than a page at a time. */
static int
write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	for (; n > 0 && *text != '\0'; text += n > 0 ? n : 0)
		n = write(fd, text, strlen(text));
	(void)close(fd);
	return *text == '\0' ? 0 : -EIO;
}

static void
the_value_equals_what_the_file_says(void **state)
{
	struct psd_read_sysctl_rep rep;
	struct utsname own;
	struct op_rig rig;

	(void)state;
	assert_int_equal(uname(&own), 0);
	op_rig_start(&rig, NULL, "AllowReadSysctl=kernel.*");
	assert_int_equal(ask(&rig, "kernel.ostype", &rep), 0);
	assert_string_equal(rep.value.at, own.sysname);
	assert_int_equal(ask(&rig, "kernel/osrelease", &rep), 0);
	assert_string_equal(rep.value.at, own.release);
	/* Several values, with tabs between them. */
	assert_int_equal(ask(&rig, "kernel.printk", &rep), 0);
	assert_non_null(strchr(rep.value.at, '\t'));
	assert_null(strchr(rep.value.at, '\n'));
	op_rig_stop(&rig);
}

static void
what_is_not_granted_is_refused_alike(void **state)
{
	struct psd_read_sysctl_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowReadSysctl=kernel.none");
	assert_int_equal(ask(&rig, "kernel.ostype", &rep), -EPERM);
	assert_int_equal(ask(&rig, "kernel.missing", &rep), -EPERM);
	assert_int_equal(ask(&rig, "kernel.none.deeper", &rep), -EPERM);
	assert_int_equal(ask(&rig, "kernel.none", &rep), -ENOENT);
	op_rig_stop(&rig);
}

/* Each would be a file or a directory if it were looked for. */
static void
no_name_leads_out_of_the_settings(void **state)
{
	static const char *const names[] = { "", ".", "..", "../version",
		"kernel/../../version", "kernel/../kernel/ostype",
		"kernel.//.//.version", "/proc/version", "/etc/passwd",
		"kernel//ostype", "kernel..ostype", "kernel/ostype/",
		"kernel.ostype.", "./kernel/ostype", "fs.binfmt_misc.status",
		"fs/binfmt_misc", "kernel/ostyp?", "kernel/*" };
	struct psd_read_sysctl_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowReadSysctl=**");
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++)
		if (ask(&rig, names[i], &rep) != -EPERM)
			fail_msg("\"%s\"", names[i]);
	assert_int_equal(ask(&rig, "kernel.ostype.x", &rep), -ENOTDIR);
	assert_int_equal(ask(&rig, "kernel", &rep), -EISDIR);
	assert_int_equal(ask(&rig, "net/ipv4", &rep), -EISDIR);
	op_rig_stop(&rig);
}

static void
a_setting_that_is_only_written_fails_as_the_kernel_says(void **state)
{
	static const char path[] = "/proc/sys/net/ipv4/route/flush";
	struct psd_read_sysctl_rep rep;
	struct stat status;
	struct op_rig rig;

	(void)state;
	if (stat(path, &status) < 0 || (status.st_mode & 0777) != 0200) {
		print_message("SKIP: no setting that cannot be read\n");
		skip();
	}
	op_rig_start(&rig, NULL, "AllowReadSysctl=net.ipv4.route.*");
	assert_int_equal(ask(&rig, "net.ipv4.route.flush", &rep), -EACCES);
	op_rig_stop(&rig);
}

/* A network namespace of its own may be changed without harm. */
static int
in_another_network(void *argument)
{
	static char ports[8192];
	struct psd_read_sysctl_rep rep;
	struct op_rig rig;
	size_t len = 0;

	(void)argument;
	TEST_EXPECT(unshare(CLONE_NEWNET) == 0);
	op_rig_start(&rig, NULL, "AllowReadSysctl=net.ipv4.**");
	for (int port = 1; len < 4200; port += 2)
		len += (size_t)snprintf(ports + len, sizeof(ports) - len,
		    "%s%d", len == 0 ? "" : ",", port);
	TEST_EXPECT(write_file("/proc/sys/net/ipv4/ip_local_reserved_ports",
			ports) == 0);
	TEST_EXPECT(
	    ask(&rig, "net.ipv4.ip_local_reserved_ports", &rep) == -EFBIG);
	ports[strcspn(ports + 4000, ",") + 4000] = '\0';
	TEST_EXPECT(write_file("/proc/sys/net/ipv4/ip_local_reserved_ports",
			ports) == 0);
	TEST_EXPECT(ask(&rig, "net.ipv4.ip_local_reserved_ports", &rep) == 0);
	TEST_EXPECT(strcmp(rep.value.at, ports) == 0);
	op_rig_stop(&rig);
	return 0;
}

static void
a_value_comes_whole_or_not_at_all(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: only root has networks\n");
		skip();
	}
	assert_int_equal(test_child_exit_status(
			     test_child_start(in_another_network, NULL)),
	    0);
}

static int
with_a_dotted_name(void *argument)
{
	struct ifreq rename = { .ifr_name = "lo", .ifr_newname = "a.b" };
	struct psd_read_sysctl_rep rep;
	struct op_rig rig;
	int fd;

	(void)argument;
	TEST_EXPECT(unshare(CLONE_NEWNET) == 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	TEST_EXPECT(fd >= 0);
	TEST_EXPECT(ioctl(fd, SIOCSIFNAME, &rename) == 0);
	(void)close(fd);
	op_rig_start(&rig, NULL,
	    "AllowReadSysctl=net.ipv4.conf.a/b.forwarding");
	TEST_EXPECT(ask(&rig, "net.ipv4.conf.a/b.forwarding", &rep) == 0);
	TEST_EXPECT(ask(&rig, "net/ipv4/conf/a.b/forwarding", &rep) == 0);
	TEST_EXPECT(
	    strcmp(rep.value.at, "0") == 0 || strcmp(rep.value.at, "1") == 0);
	TEST_EXPECT(ask(&rig, "net.ipv4.conf.a.b.forwarding", &rep) == -EPERM);
	op_rig_stop(&rig);
	return 0;
}

static void
a_component_with_a_dot_is_read_in_both_spellings(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: only root has networks\n");
		skip();
	}
	assert_int_equal(test_child_exit_status(
			     test_child_start(with_a_dotted_name, NULL)),
	    0);
}

static void
a_malformed_read_sysctl_ends_the_conversation(void **state)
{
	struct psd_read_sysctl_req req = { .setting = psd_str_of("a.b") };

	(void)state;
	op_rig_check_malformed("AllowReadSysctl=a.b", PSD_OP_read_sysctl, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_value_equals_what_the_file_says),
		cmocka_unit_test(what_is_not_granted_is_refused_alike),
		cmocka_unit_test(no_name_leads_out_of_the_settings),
		cmocka_unit_test(
		    a_setting_that_is_only_written_fails_as_the_kernel_says),
		cmocka_unit_test(a_value_comes_whole_or_not_at_all),
		cmocka_unit_test(
		    a_component_with_a_dot_is_read_in_both_spellings),
		cmocka_unit_test(a_malformed_read_sysctl_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
