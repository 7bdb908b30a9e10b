/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/learn_fixture.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

/* As glibc makes a thread and a process. */
enum {
	THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
	    CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
	    CLONE_CHILD_CLEARTID,
	FORK = CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD,
};

static void
see_loader(void)
{
	see("openat", 0, 0, O_CLOEXEC);
	see("mmap", 0, 0, PROT_READ | PROT_EXEC);
	see("set_tid_address", 0, 0, 0);
	see("rseq", 0, 0, 0);
}

static void
plain_filter_gets_its_two_groups(void **state)
{
	(void)state;
	see_loader();
	see("mmap", 0, 0, PROT_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("Type=filter");
	assert_line("ExecStart=/usr/bin/prog");
	assert_line("SystemCallFilter=@filter");
	assert_line("SystemCallFilter=@loader");
	assert_line("# seen 4 times in 1 run");
	assert_null(strstr(page, "SystemCallFilter=@threads"));
	assert_string_equal(told, "");
}

static void
group_is_named_only_when_it_covers_enough(void **state)
{
	(void)state;
	see("timer_create", 0, 0, 0);
	see("timer_settime", 0, 0, 0);
	see("setitimer", 0, 0, 0);
	see("fsync", 0, 0, 0);
	write_page(PSD_TYPE_FILTER);
	assert_line("SystemCallFilter=@timer");
	assert_no_line("SystemCallFilter=setitimer");
	assert_line("SystemCallFilter=fsync");
	assert_no_line("SystemCallFilter=@sync");
	assert_no_line("SystemCallFilter=@loader");
}

static void
threads_are_a_group_and_processes_another(void **state)
{
	(void)state;
	see("clone", THREAD, 0, 0);
	write_page(PSD_TYPE_FILTER);
	assert_line("SystemCallFilter=@threads");
	assert_no_line("SystemCallFilter=@processes");
	see("clone", FORK, 0, 0);
	see("wait4", 0, 0, 0);
	write_page(PSD_TYPE_FILTER);
	assert_line("SystemCallFilter=@processes");
	assert_string_equal(told, "");
}

static void
dangerous_call_is_a_comment(void **state)
{
	(void)state;
	see("socket", 1, 1, 0);
	see("clone", CLONE_NEWUSER | SIGCHLD, 0, 0);
	write_page(PSD_TYPE_FILTER);
	assert_line("#SystemCallFilter=socket");
	assert_line("#SystemCallFilter=clone");
	assert_no_line("SystemCallFilter=socket");
	assert_non_null(strstr(told, "-SystemCallFilter=socket: "));
}

static void
call_that_groups_bound_is_a_weakness(void **state)
{
	(void)state;
	see_loader();
	see("openat", 0, 0, O_PATH);
	write_page(PSD_TYPE_FILTER);
	assert_line("SystemCallFilter=openat");
	assert_line("SystemCallFilter=@loader");
	assert_non_null(strstr(told, "+SystemCallFilter=openat: "));
}

static void
call_that_follows_from_a_place_to_write_is_not_named(void **state)
{
	(void)state;
	see("openat", 0, 0, O_WRONLY | O_CREAT);
	see("ftruncate", 0, 0, 0);
	psd_learn_file(learn, "/srv/prog/new", PSD_LEARN_CREATE);
	write_page(PSD_TYPE_FILTER);
	assert_null(strstr(page, "SystemCallFilter=openat"));
	assert_null(strstr(page, "SystemCallFilter=ftruncate"));
	assert_string_equal(told, "");
}

static void
call_that_would_answer_enosys_is_let_pass(void **state)
{
	(void)state;
	see("statx", 0, 0, 0);
	see("ioctl", 0, 0x5413, 0);
	write_page(PSD_TYPE_FILTER);
	assert_line("SystemCallFilter=statx");
	assert_no_line("SystemCallFilter=ioctl");
}

static void
making_a_directory_follows_from_a_place_for_it(void **state)
{
	(void)state;
	see("mkdir", 0, 0, 0);
	write_page(PSD_TYPE_FILTER);
	assert_no_line("SystemCallFilter=mkdir");
	psd_learn_file(learn, "/tmp/made", PSD_LEARN_CHANGE);
	write_page(PSD_TYPE_FILTER);
	assert_no_line("SystemCallFilter=mkdir");
	assert_line("TemporaryFileSystem=/tmp:size=64M");
}

static void
registers_that_no_rule_comes_to_are_not_kept(void **state)
{
	(void)state;
	see("fcntl", 1, F_GETFL, 0x1234);
	see("fcntl", 2, F_GETFL, 0x5678);
	see("prlimit64", 0, 7, 0);
	see("prlimit64", 4711, 7, 0);
	write_page(PSD_TYPE_FILTER);
	assert_line("Call=2 1 fcntl 0 3");
	assert_line("Call=1 1 prlimit64");
	assert_line("Call=1 1 prlimit64 1");
}

static void
limits_leave_room_above_what_was_used(void **state)
{
	(void)state;
	psd_learn_cost(learn, UINT64_C(3) << 20, 200000);
	write_page(PSD_TYPE_FILTER);
	assert_line("LimitAS=64M");
	assert_line("LimitCPU=10s");
	assert_null(strstr(page, "TimeoutStopSec="));
	psd_learn_cost(learn, UINT64_C(100) << 20, 3000000);
	write_page(PSD_TYPE_FILTER);
	assert_line("LimitAS=512M");
	assert_line("LimitCPU=40s");
	assert_line("TimeoutStopSec=40s");
}

static void
server_of_inetd_says_where_its_clients_come_from(void **state)
{
	(void)state;
	write_page(PSD_TYPE_INETD);
	assert_line("Type=inetd");
	assert_line("ListenStream=/run/prog.sock");
}

static void
calls_that_every_policy_lets_pass_need_not_be_watched(void **state)
{
	(void)state;
	assert_true(psd_learn_is_idle("read"));
	assert_true(psd_learn_is_idle("futex"));
	assert_true(psd_learn_is_idle("rt_sigreturn"));
	assert_false(psd_learn_is_idle("openat"));
	assert_false(psd_learn_is_idle("newfstatat"));
	assert_false(psd_learn_is_idle("statx"));
	assert_false(psd_learn_is_idle("exit_group"));
	assert_false(psd_learn_is_idle("mmap"));
	assert_false(psd_learn_is_idle("kill"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain_filter_gets_its_two_groups),
		TEST(group_is_named_only_when_it_covers_enough),
		TEST(threads_are_a_group_and_processes_another),
		TEST(dangerous_call_is_a_comment),
		TEST(call_that_groups_bound_is_a_weakness),
		TEST(call_that_follows_from_a_place_to_write_is_not_named),
		TEST(call_that_would_answer_enosys_is_let_pass),
		TEST(making_a_directory_follows_from_a_place_for_it),
		TEST(registers_that_no_rule_comes_to_are_not_kept),
		TEST(limits_leave_room_above_what_was_used),
		TEST(server_of_inetd_says_where_its_clients_come_from),
		TEST(calls_that_every_policy_lets_pass_need_not_be_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
