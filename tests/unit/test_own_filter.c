/* SPDX-License-Identifier: ISC */
/*
 * The daemon's own filter, each time in a child that is bound by it, as every
 * child of the daemon's is before it has one of its own.
 */
#include "common/arch.h"
#include "daemon/own_calls.h"
#include "daemon/own_filter.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/filter.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Loads it with these words of SystemCallFilter= and KeepSystemCalls=. */
static int
load(const char *words, const char *keep)
{
	struct test_filter_policy policy, kept;
	const struct psd_policy *policies[] = { &policy.policy };
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	test_filter_policy_init(&policy, words, PSD_VIOLATION_KILL);
	test_filter_policy_init(&kept, keep, PSD_VIOLATION_KILL);
	r = psd_own_filter_load(policies, 1, &kept.policy.calls, &diag);
	test_filter_policy_free(&policy);
	test_filter_policy_free(&kept);
	psd_diag_free(&diag);
	return r;
}

/* Does a policy with these words fit into what is in force?  What is said? */
static int
check(const char *words, char **ret_text)
{
	struct test_filter_policy policy;
	const struct psd_policy *policies[] = { &policy.policy };
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	test_filter_policy_init(&policy, words, PSD_VIOLATION_KILL);
	r = psd_own_filter_check(policies, 1, &diag);
	test_filter_policy_free(&policy);
	*ret_text = diag.text != NULL ? diag.text : strdup("");
	return r;
}

static bool
is_cut_off(long r)
{
	return r < 0 && errno == ENOSYS;
}

static bool
is_in_force(const char *entry)
{
	for (size_t i = 0; i < psd_own_filter_count(); i++)
		if (strcmp(psd_own_filter_entry(i), entry) == 0)
			return true;
	return false;
}

static int
try_what_nobody_needs(void *argument)
{
	(void)argument;
	TEST_EXPECT(load("@helper @loader", "") == 0);
	TEST_EXPECT(is_cut_off(syscall(SYS_bpf, 0, NULL, 0)));
	TEST_EXPECT(is_cut_off(ptrace(PTRACE_TRACEME, 0, NULL, NULL)));
	TEST_EXPECT(is_cut_off(syscall(SYS_kcmp, 1, 1, 0, 0, 0)));
	TEST_EXPECT(is_cut_off(syscall(SYS_add_key, "user", "a", "b", 1,
	    KEY_SPEC_PROCESS_KEYRING)));
	TEST_EXPECT(is_cut_off(syscall(SYS_request_key, "user", "a", NULL, 0)));
	TEST_EXPECT(is_cut_off(syscall(SYS_io_uring_setup, 1, NULL)));
	TEST_EXPECT(is_cut_off(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0)));
	TEST_EXPECT(is_cut_off(syscall(SYS_init_module, NULL, 0, "")));
	TEST_EXPECT(is_cut_off(syscall(SYS_pidfd_getfd, 0, 0, 0)));
	return 0;
}

static void
calls_that_nobody_needs_answer_enosys(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(try_what_nobody_needs, NULL)),
	    0);
}

static int
try_keyrings(void *argument)
{
	(void)argument;
	TEST_EXPECT(load("@helper", "") == 0);
	TEST_EXPECT(is_cut_off(syscall(SYS_keyctl, KEYCTL_SEARCH,
	    KEY_SPEC_SESSION_KEYRING, "user", "a", 0)));
	/* There may be no keys here, but then by the kernel's own word. */
	TEST_EXPECT(
	    is_in_force("keyctl (operation = KEYCTL_JOIN_SESSION_KEYRING)"));
	TEST_EXPECT(!is_in_force("keyctl"));
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	return 0;
}

static void
of_keyrings_joining_a_new_one_is_left(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(try_keyrings, NULL)),
	    0);
}

static int
try_what_was_named(void *argument)
{
	(void)argument;
	TEST_EXPECT(load("@helper kcmp", "add_key") == 0);
	TEST_EXPECT(!is_cut_off(
	    syscall(SYS_kcmp, getpid(), getpid(), 0 /* KCMP_FILE */, 0, 0)));
	TEST_EXPECT(is_in_force("add_key") && is_in_force("kcmp"));
	TEST_EXPECT(is_cut_off(syscall(SYS_bpf, 0, NULL, 0)));
	return 0;
}

static void
what_a_policy_or_the_settings_name_passes(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(try_what_was_named, NULL)),
	    0);
}

static int
reload_with_more(void *argument)
{
	char *text;

	(void)argument;
	TEST_EXPECT(load("@helper", "add_key") == 0);
	TEST_EXPECT(check("@helper @loader @network-io add_key", &text) == 0);
	TEST_EXPECT(strcmp(text, "") == 0);
	free(text);
	TEST_EXPECT(check("@helper kcmp", &text) == -EPERM);
	TEST_EXPECT(
	    strstr(text,
		"test.policy:7: needs a restart: system call kcmp\n") != NULL);
	free(text);
	return 0;
}

static void
a_policy_that_names_more_needs_a_restart(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(reload_with_more, NULL)),
	    0);
}

/* What its predecessor said of the filter; but for one entry. */
static int
resume_without(void *argument)
{
	const char *without = argument;
	char *text;
	int r;

	for (size_t i = 0; i < psd_own_call_count; i++) {
		const struct psd_call_row *row = &psd_own_call_rows[i];

		if (strcmp(row->call, without) != 0 &&
		    row->tests[0].kind == PSD_TEST_end)
			TEST_EXPECT(psd_own_filter_adopt(row->call) == 0);
	}
	TEST_EXPECT(psd_own_filter_adopt("keyctl") == 0);
	TEST_EXPECT(psd_own_filter_adopt("sched_setscheduler") == 0);
	for (size_t i = 0; i < psd_call_row_count; i++)
		if (strcmp(psd_call_rows[i].call, without) != 0)
			TEST_EXPECT(
			    psd_own_filter_adopt(psd_call_rows[i].call) == 0);
	r = check("@helper", &text);
	if (without[0] == '\0') {
		TEST_EXPECT(r == 0 && text[0] == '\0');
		/* Nothing is stacked on what there is. */
		TEST_EXPECT(load("@helper bpf", "") == 0);
		TEST_EXPECT(!is_in_force("bpf"));
		TEST_EXPECT(!is_cut_off(ptrace(PTRACE_TRACEME, 0, NULL, NULL)));
		return 0;
	}
	TEST_EXPECT(r == -EPERM);
	TEST_EXPECT(strstr(text,
			"needs a restart: system call epoll_ctl "
			"(what it looks at)\n") != NULL);
	return 0;
}

static void
a_successor_that_needs_more_is_told(void **state)
{
	char all[] = "", without[] = "epoll_ctl";

	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(resume_without, all)),
	    0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(resume_without, without)),
	    0);
}

/* A helper in this process's file table, so that its listener is ours, too. */
static pid_t
start_helper(const struct sock_fprog *program, int out)
{
	const pid_t pid =
	    (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	int listener;

	if (pid != 0)
		return pid;
	if (test_filter_load(program, &listener) < 0 ||
	    write(out, &listener, sizeof(listener)) != sizeof(listener))
		test_filter_exit(1);
	test_filter_exit(
	    ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 && errno == EXDEV ? 0
									: 2);
	return 0;
}

static int
hear_of_a_call(void *argument)
{
	struct psd_filter *filter = test_filter_compile("@helper",
	    PSD_VIOLATION_KILL, PSD_FILTER_NOTIFY, NULL);
	struct seccomp_notif heard = { .id = 0 };
	struct seccomp_notif_resp answer = { .error = -EXDEV };
	int ends[2], listener, status;
	pid_t helper;

	(void)argument;
	TEST_EXPECT(load("@helper", "") == 0);
	TEST_EXPECT(pipe(ends) == 0);
	helper = start_helper(&filter->program, ends[1]);
	TEST_EXPECT(helper > 0);
	TEST_EXPECT(
	    read(ends[0], &listener, sizeof(listener)) == sizeof(listener));
	TEST_EXPECT(test_poll(listener, POLLIN, TEST_DEADLINE) == POLLIN);
	TEST_EXPECT(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &heard) == 0);
	TEST_EXPECT(heard.data.nr == SYS_ptrace);
	answer.id = heard.id;
	TEST_EXPECT(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0);
	TEST_EXPECT(test_child_wait(helper, &status) == 0 && status == 0);
	psd_filter_free(filter);
	return 0;
}

/* Or refused calls would not be told by name any more, nor kill. */
static void
a_helpers_own_filter_is_heard_first(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(hear_of_a_call, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_that_nobody_needs_answer_enosys),
		cmocka_unit_test(of_keyrings_joining_a_new_one_is_left),
		cmocka_unit_test(what_a_policy_or_the_settings_name_passes),
		cmocka_unit_test(a_policy_that_names_more_needs_a_restart),
		cmocka_unit_test(a_successor_that_needs_more_is_told),
		cmocka_unit_test(a_helpers_own_filter_is_heard_first),
	};

	if (test_under_valgrind()) {
		puts("1..0 # SKIP valgrind makes calls of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
