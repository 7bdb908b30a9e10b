/* SPDX-License-Identifier: ISC */
/* What holds of the table of call groups as a whole. */
#include "policy/callgroup.h"

#include "common/mem.h"
#include "policy/callname.h"
#include "policy/callset.h"

#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64 };

static void
each(void (*judge)(const struct psd_call_row *row))
{
	size_t i;

	assert_true(psd_call_row_count > 0);
	for (i = 0; i < psd_call_row_count; i++)
		judge(&psd_call_rows[i]);
}

static void
exists_somewhere(const struct psd_call_row *row)
{
	size_t i;

	for (i = 0; i < PSD_ELEMENTS(archs); i++) {
		if (psd_call_number(archs[i], row->call) >= 0)
			return;
	}
	fail_msg("no architecture has %s", row->call);
}

static void
every_row_names_a_call_that_exists(void **state)
{
	(void)state;
	each(exists_somewhere);
}

static void
has_reason(const struct psd_call_row *row)
{
	assert_non_null(row->reason);
	if (strlen(row->reason) < 4 || strncmp(row->reason, "the same", 8) == 0)
		fail_msg("%s has no reason of its own", row->call);
}

static void
every_row_has_a_reason_that_stands_by_itself(void **state)
{
	(void)state;
	each(has_reason);
}

static void
has_sound_tests(const struct psd_call_row *row)
{
	size_t i;

	for (i = 0; row->tests[i].kind != PSD_TEST_end; i++) {
		assert_true(i < PSD_CALL_TESTS_MAX);
		assert_true(row->tests[i].argument < 6);
		assert_non_null(row->tests[i].text);
		if (row->tests[i].kind != PSD_TEST_long_is &&
		    row->tests[i].kind != PSD_TEST_long_within)
			assert_true(row->tests[i].value <= UINT32_MAX);
		if (i > 0)
			assert_true(row->tests[i].argument !=
			    row->tests[i - 1].argument);
	}
}

static void
every_test_looks_at_an_argument_that_there_is(void **state)
{
	(void)state;
	each(has_sound_tests);
}

/*
 * What these are for: another program, process or descriptor, and a network and
 * others' memory, in groups that no policy can name.
 */
static bool
is_meant(const struct psd_call_row *row)
{
	return row->group == PSD_CALLS_exec || row->group == PSD_CALLS_lookup ||
	    row->group == PSD_CALLS_watch || row->group == PSD_CALLS_tcp ||
	    row->group == PSD_CALLS_bind ||
	    (row->group == PSD_CALLS_send_descriptors &&
		strcmp(row->call, "sendmsg") == 0) ||
	    (row->group == PSD_CALLS_processes &&
		(strcmp(row->call, "fork") == 0 ||
		    strcmp(row->call, "vfork") == 0));
}

/* clone is dangerous, but not with the flags of a thread. */
static void
is_not_dangerous(const struct psd_call_row *row)
{
	if (!is_meant(row) && row->error == 0 &&
	    row->tests[0].kind == PSD_TEST_end &&
	    psd_call_danger(row->call) != NULL)
		fail_msg("%s lets %s pass", psd_call_group_name(row->group),
		    row->call);
}

static void
no_group_lets_a_dangerous_call_pass(void **state)
{
	(void)state;
	each(is_not_dangerous);
}

static void
groups_of_our_own_helpers_have_no_names(void **state)
{
	char names[512];

	(void)state;
	psd_call_group_names(names, sizeof(names));
	assert_null(strchr(names, '('));
	assert_int_equal(psd_call_group_find("(resolver)"), PSD_CALLS_single);
	assert_int_equal(psd_call_group_find("(watcher)"), PSD_CALLS_single);
}

static void
no_group_names_what_belongs_in_none(void **state)
{
	static const char *const calls[] = { "io_uring_setup", "io_uring_enter",
		"io_uring_register", "ptrace", "process_vm_readv",
		"process_vm_writev", "kcmp", "pidfd_getfd", "pidfd_open", "bpf",
		"userfaultfd", "keyctl", "add_key", "request_key", "unshare",
		"setns", "mount", "umount2", "pivot_root", "chroot", "seccomp",
		"execve", "execveat", "fork", "vfork", "kill", "tkill",
		"tgkill", "sendmsg", "sendmmsg", "socket", "socketpair",
		"connect", "bind", "listen", "accept", "accept4",
		"memfd_create", "shmat", "pkey_mprotect", "personality",
		"setuid", "setgid", "setresuid", "capset", "landlock_add_rule",
		"open_by_handle_at", "perf_event_open", "syslog", "acct",
		"quotactl", "reboot", "swapon", "init_module" };
	size_t i, k;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(calls); i++)
		for (k = 0; k < psd_call_row_count; k++)
			if (psd_call_rows[k].error == 0 &&
			    !is_meant(&psd_call_rows[k]) &&
			    strcmp(psd_call_rows[k].call, calls[i]) == 0)
				fail_msg("%s is in %s", calls[i],
				    psd_call_group_name(
					psd_call_rows[k].group));
}

static void
looks_at_no_hot_argument(const struct psd_call_row *row)
{
	static const char *const hot[] = { "read", "write", "readv", "writev",
		"recvmsg", "recvfrom", "futex", "epoll_wait", "epoll_pwait",
		"poll", "clock_gettime", "close", "sendfile" };
	size_t i;

	for (i = 0; i < PSD_ELEMENTS(hot); i++) {
		if (strcmp(row->call, hot[i]) == 0)
			assert_int_equal(row->tests[0].kind, PSD_TEST_end);
	}
}

static void
calls_of_every_request_have_no_argument_rules(void **state)
{
	(void)state;
	each(looks_at_no_hot_argument);
}

/* libseccomp drops rules with arguments beside one without; others we drop. */
static void
fails_alone(const struct psd_call_row *row)
{
	size_t i;

	if (row->error == 0 || row->tests[0].kind != PSD_TEST_end)
		return;
	for (i = 0; i < psd_call_row_count; i++) {
		if (&psd_call_rows[i] != row &&
		    !psd_call_row_is_free(&psd_call_rows[i]) &&
		    strcmp(psd_call_rows[i].call, row->call) == 0)
			fail_msg("%s always fails, and has rows with tests",
			    row->call);
	}
}

static void
call_that_always_fails_has_no_row_for_some_arguments(void **state)
{
	(void)state;
	each(fails_alone);
}

static bool
has(enum psd_call_group_id group, const char *call)
{
	size_t i;

	for (i = 0; i < psd_call_row_count; i++) {
		if (psd_call_rows[i].group == group &&
		    strcmp(psd_call_rows[i].call, call) == 0)
			return true;
	}
	return false;
}

/* What systemd 252 has of these groups on x86-64 or arm64, and we left out. */
static void
groups_of_systemd_keep_its_content(void **state)
{
	static const struct {
		enum psd_call_group_id group;
		const char *calls;
	} expected[] = {
		{ PSD_CALLS_network_io,
		    "getpeername getsockname getsockopt recvfrom recvmmsg "
		    "recvmsg sendto setsockopt shutdown" },
		{ PSD_CALLS_basic_io,
		    "close close_range dup dup2 dup3 lseek pread64 preadv "
		    "preadv2 pwrite64 pwritev pwritev2 read readv write "
		    "writev" },
		{ PSD_CALLS_io_event,
		    "epoll_create epoll_create1 epoll_ctl epoll_pwait "
		    "epoll_pwait2 epoll_wait eventfd eventfd2 poll ppoll "
		    "pselect6 select" },
		{ PSD_CALLS_signal,
		    "rt_sigaction rt_sigpending rt_sigprocmask rt_sigsuspend "
		    "rt_sigtimedwait sigaltstack signalfd signalfd4" },
		{ PSD_CALLS_timer,
		    "alarm getitimer setitimer timer_create timer_delete "
		    "timer_getoverrun timer_gettime timer_settime "
		    "timerfd_create timerfd_gettime timerfd_settime times" },
		{ PSD_CALLS_sync, "fdatasync fsync msync" },
	};
	char calls[512];
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(expected); i++) {
		char *rest = NULL;
		char *call;

		(void)snprintf(calls, sizeof(calls), "%s", expected[i].calls);
		for (call = strtok_r(calls, " ", &rest); call != NULL;
		     call = strtok_r(NULL, " ", &rest)) {
			if (!has(expected[i].group, call))
				fail_msg("%s lacks %s",
				    psd_call_group_name(expected[i].group),
				    call);
		}
	}
}

static void
group_is_found_by_its_name_alone(void **state)
{
	(void)state;
	assert_int_equal(psd_call_group_find("@helper"), PSD_CALLS_helper);
	assert_int_equal(psd_call_group_find("@network-io"),
	    PSD_CALLS_network_io);
	assert_int_equal(psd_call_group_find("@network_io"), PSD_CALLS_single);
	assert_int_equal(psd_call_group_find("helper"), PSD_CALLS_single);
	assert_int_equal(psd_call_group_find("(always)"), PSD_CALLS_single);
	assert_int_equal(psd_call_group_find(""), PSD_CALLS_single);
}

static void
names_of_the_groups_are_cut_where_there_is_no_room(void **state)
{
	char whole[512];
	char cut[24];
	size_t size;

	(void)state;
	psd_call_group_names(whole, sizeof(whole));
	assert_non_null(strstr(whole, "@helper @loader"));
	assert_null(strstr(whole, "always"));
	for (size = 1; size <= sizeof(cut); size++) {
		psd_call_group_names(cut, size);
		assert_true(strlen(cut) < size);
		assert_memory_equal(cut, whole, strlen(cut));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_names_a_call_that_exists),
		cmocka_unit_test(every_row_has_a_reason_that_stands_by_itself),
		cmocka_unit_test(every_test_looks_at_an_argument_that_there_is),
		cmocka_unit_test(no_group_lets_a_dangerous_call_pass),
		cmocka_unit_test(groups_of_our_own_helpers_have_no_names),
		cmocka_unit_test(no_group_names_what_belongs_in_none),
		cmocka_unit_test(calls_of_every_request_have_no_argument_rules),
		cmocka_unit_test(
		    call_that_always_fails_has_no_row_for_some_arguments),
		cmocka_unit_test(groups_of_systemd_keep_its_content),
		cmocka_unit_test(group_is_found_by_its_name_alone),
		cmocka_unit_test(
		    names_of_the_groups_are_cut_where_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
