/* SPDX-License-Identifier: ISC */
/* The filter with a listener: denied calls are told, and their maker waits. */
#include "tests/unit/call_fixture.h"

#include "common/arch.h"
#include "common/fd.h"
#include "policy/bpf.h"

#include <linux/seccomp.h>
#include <poll.h>

enum { REPORT = 200 };

static const struct psd_filter_numbers numbers = { 199, REPORT, NULL };

/* A child that hands over its listener, makes one call, and ends. */
struct talk {
	const struct sock_fprog *program;
	const struct call *call;
	int ends[2];
};

static int
send_listener(int listener)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	char byte = 'l';
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	const struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &listener, sizeof(listener));
	return (int)syscall(SYS_sendmsg, REPORT, &message, 0);
}

static int
talk_in_child(void *argument)
{
	const struct talk *talk = argument;
	int listener;

	if (dup2(talk->ends[1], REPORT) != REPORT)
		return TEST_FILTER_FAILED;
	if (test_filter_load(talk->program, &listener) < 0)
		return TEST_FILTER_FAILED;
	if (send_listener(listener) != 1)
		return TEST_FILTER_FAILED;
	make_call((void *)(uintptr_t)talk->call);
	return TEST_FILTER_FAILED;
}

static int
receive_listener(int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	char byte;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	int listener = PSD_NO_FD;

	/* The child may have ended by now: POLLHUP comes beside. */
	assert_true((test_poll(fd, POLLIN, TEST_DEADLINE) & POLLIN) != 0);
	assert_int_equal(recvmsg(fd, &message, MSG_CMSG_CLOEXEC), 1);
	assert_int_equal(control.header.cmsg_type, SCM_RIGHTS);
	memcpy(&listener, CMSG_DATA(&control.header), sizeof(listener));
	return listener;
}

/* The call that waits at the listener, answered with error. */
static struct seccomp_data
answer(int listener, int error)
{
	struct seccomp_notif_resp response;
	struct seccomp_notif notice;

	memset(&notice, 0, sizeof(notice));
	assert_int_equal(test_poll(listener, POLLIN, TEST_DEADLINE), POLLIN);
	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice), 0);
	memset(&response, 0, sizeof(response));
	response.id = notice.id;
	response.error = -error;
	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response),
	    0);
	return notice.data;
}

static bool
can_listen(void)
{
	const uint32_t action = SECCOMP_RET_USER_NOTIF;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* Makes the call; expects it to be printed so, and answers EDOM. */
static void
expect_notice(const struct call *call, const char *printed)
{
	struct psd_filter *filter = test_filter_compile("@helper",
	    PSD_VIOLATION_KILL, PSD_FILTER_NOTIFY, &numbers);
	struct talk talk = { .program = &filter->program, .call = call };
	struct seccomp_data data;
	_cleanup_fd_ int listener = PSD_NO_FD;
	char text[256];
	uint64_t args[6];
	pid_t pid;
	size_t i;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			     talk.ends),
	    0);
	pid = test_child_start(talk_in_child, &talk);
	assert_true(pid > 0);
	assert_int_equal(close(talk.ends[1]), 0);
	listener = receive_listener(talk.ends[0]);
	if (printed != NULL) {
		data = answer(listener, EDOM);
		for (i = 0; i < 6; i++)
			args[i] = data.args[i];
		psd_filter_print_call(text, sizeof(text), data.arch, data.nr,
		    args);
		assert_string_equal(text, printed);
		assert_int_equal(test_child_exit_status(pid), EDOM);
	} else {
		assert_int_equal(test_child_exit_status(pid), PASSED);
	}
	assert_int_equal(close(talk.ends[0]), 0);
	psd_filter_free(filter);
}

static void
denied_calls_reach_the_listener_with_their_arguments(void **state)
{
	static const struct call connect_tcp =
	    CALL(socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static const struct call become_root = CALL(setuid, 0);
	static const struct call leak = CALL(sendmsg, 3, 0x1000, 0);

	(void)state;
	if (!can_listen()) {
		print_message("SKIP: this kernel has no user notification\n");
		skip();
	}
	expect_notice(&connect_tcp,
	    "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0)");
	expect_notice(&become_root, "setuid(0)");
	expect_notice(&leak, "sendmsg(3, 0x1000, 0x0)");
}

static void
allowed_calls_do_not_wait_for_the_listener(void **state)
{
	static const struct call call = CALL(getpid, 0);

	(void)state;
	if (!can_listen()) {
		print_message("SKIP: this kernel has no user notification\n");
		skip();
	}
	expect_notice(&call, NULL);
}

/* Without a listener nobody is sent anything. */
static void
report_socket_is_not_for_the_filter_without_listener(void **state)
{
	static const struct call call = CALL(sendmsg, REPORT, 0, 0);
	struct psd_filter *filter = test_filter_compile("@helper",
	    PSD_VIOLATION_KILL, PSD_FILTER_PLAIN, &numbers);

	(void)state;
	expect_killed(filter, &call);
	psd_filter_free(filter);
}

/* What the set of calls comes to for this call. */
static uint32_t
verdict_of(const struct psd_filter *filter, int number, uint64_t first,
    uint64_t third)
{
	const struct seccomp_data data = {
		.nr = number,
		.arch = PSD_AUDIT_ARCH,
		.args = { first, 0, third, 0, AT_EMPTY_PATH },
	};

	return psd_bpf_run(&filter->program, &data, NULL);
}

static void
reported_calls_are_told_though_they_are_allowed(void **state)
{
	struct test_filter_policy t;
	struct psd_filter *notify, *plain;
	struct psd_diag diag;

	(void)state;
	test_filter_policy_init(&t, "@helper @loader connect",
	    PSD_VIOLATION_KILL);
	t.policy.reports_opens = true;
	psd_diag_init(&diag);
	notify =
	    psd_filter_compile(&t.policy, PSD_FILTER_NOTIFY, &numbers, &diag);
	plain =
	    psd_filter_compile(&t.policy, PSD_FILTER_PLAIN, &numbers, &diag);
	assert_non_null(notify);
	assert_non_null(plain);
	assert_int_equal(verdict_of(notify, SYS_openat, 0, O_RDONLY),
	    SECCOMP_RET_USER_NOTIF);
	assert_int_equal(verdict_of(notify, SYS_connect, 3, 16),
	    SECCOMP_RET_USER_NOTIF);
	assert_int_equal(verdict_of(notify, SYS_read, 3, 1), SECCOMP_RET_ALLOW);
	/* The last steps of a start are nobody's business. */
	assert_int_equal(verdict_of(notify, SYS_execveat,
			     (uint64_t)numbers.exec_fd, 0),
	    SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_of(notify, SYS_execveat, 5, 0),
	    SECCOMP_RET_USER_NOTIF);
	/* By the other one it is known which of them pass. */
	assert_int_equal(verdict_of(plain, SYS_openat, 0, O_RDONLY),
	    SECCOMP_RET_ALLOW);
	assert_int_equal(verdict_of(plain, SYS_openat, 0, O_RDWR),
	    SECCOMP_RET_KILL_PROCESS);
	psd_filter_free(notify);
	psd_filter_free(plain);
	psd_diag_free(&diag);
	test_filter_policy_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    denied_calls_reach_the_listener_with_their_arguments),
		cmocka_unit_test(allowed_calls_do_not_wait_for_the_listener),
		cmocka_unit_test(
		    report_socket_is_not_for_the_filter_without_listener),
		cmocka_unit_test(
		    reported_calls_are_told_though_they_are_allowed),
	};

	if (test_under_valgrind()) {
		print_message("SKIP: valgrind makes system calls itself\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
