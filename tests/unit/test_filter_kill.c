/* SPDX-License-Identifier: ISC */
/* What no group lists is refused, as OnViolation= says. */
#include "tests/unit/call_fixture.h"

/* Calls that no group lists, harmless when they pass after all. */
static const struct call refused[] = {
	CALL(socket, AF_INET, SOCK_STREAM, 0),
	CALL(socket, AF_UNIX, SOCK_STREAM, 0),
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, 0),
	CALL(connect, -1, 0, 0),
	CALL(bind, -1, 0, 0),
	CALL(accept4, -1, 0, 0, 0),
	CALL(sendmsg, -1, 0, 0),
	CALL(sendmmsg, -1, 0, 0, 0),
	CALL(openat, AT_FDCWD, 0, O_WRONLY),
	CALL(openat, AT_FDCWD, 0, O_RDWR),
	CALL(openat, AT_FDCWD, 0, O_RDONLY | O_CREAT, 0600),
	CALL(openat, AT_FDCWD, 0, O_RDONLY | O_TRUNC),
	CALL(openat, AT_FDCWD, 0, O_PATH),
	CALL(openat2, AT_FDCWD, 0, 0, 0),
	CALL(ptrace, -1, 0, 0, 0),
	CALL(process_vm_readv, 0, 0, 0, 0, 0, 0),
	CALL(process_vm_writev, 0, 0, 0, 0, 0, 0),
	CALL(kcmp, 0, 0, 100, 0, 0),
	CALL(pidfd_open, 0, 0),
	CALL(pidfd_getfd, -1, 0, 0),
	CALL(kill, 0, 0),
	CALL(tkill, 0, 0),
	CALL(tgkill, 0, 0, 0),
	CALL(bpf, 1000, 0, 0),
	CALL(userfaultfd, -1),
	CALL(perf_event_open, 0, 0, 0, 0, -1),
	CALL(keyctl, 1000, 0, 0, 0, 0),
	CALL(add_key, 0, 0, 0, 0, 0),
	CALL(request_key, 0, 0, 0, 0),
	CALL(io_uring_setup, 0, 0),
	CALL(io_uring_enter, -1, 0, 0, 0, 0, 0),
	CALL(io_uring_register, -1, 0, 0, 0),
	CALL(unshare, 0),
	CALL(setns, -1, 0),
	CALL(mount, 0, 0, 0, 0, 0),
	CALL(umount2, 0, 0),
	CALL(chroot, 0),
	CALL(seccomp, 1000, 0, 0),
	CALL(prctl, PR_SET_SECCOMP, 0, 0, 0, 0),
	CALL(prctl, PR_SET_DUMPABLE, 1, 0, 0, 0),
	CALL(prctl, PR_SET_PTRACER, 0, 0, 0, 0),
	CALL(prctl, PR_CAP_AMBIENT, 0, 0, 0, 0),
	CALL(memfd_create, 0, 0),
	CALL(shmat, -1, 0, 0),
	CALL(pkey_mprotect, 0, 0, 0, 0),
	CALL(personality, -1),
	CALL(setuid, -1),
	CALL(setresuid, -1, -1, -1),
	CALL(capset, 0, 0),
	CALL(prlimit64, 0, 7, 1, 0),
	CALL(prlimit64, 1, 7, 0, 0),
	CALL(fcntl, 0, F_SETFL, 0),
	CALL(fcntl, 0, F_SETOWN, 0),
	CALL(fcntl, 0, F_SETSIG, 0),
	CALL(ioctl, 0, TIOCSTI, 0),
	CALL(ioctl, 0, TIOCLINUX, 0),
	CALL(madvise, 0, 0, 100),
	CALL(clone, SIGCHLD, 0, 0, 0, 0),
	CALL(clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0),
};

static void
calls_beyond_the_policy_kill(void **state)
{
	struct psd_filter *filter =
	    compile("@helper @loader", PSD_VIOLATION_KILL);
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(refused); i++)
		expect_killed(filter, &refused[i]);
	psd_filter_free(filter);
}

static void
calls_beyond_the_policy_are_answered_eperm(void **state)
{
	struct psd_filter *filter =
	    compile("@helper @loader", PSD_VIOLATION_ERRNO);
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(refused); i++)
		expect_errno(filter, &refused[i], EPERM);
	psd_filter_free(filter);
}

static void
calls_beyond_the_policy_pass_when_it_only_logs(void **state)
{
	static const struct call call = CALL(getpgid, 0);
	static const struct call wrong = CALL(connect, -1, 0, 0);
	struct psd_filter *filter =
	    compile("@helper @loader", PSD_VIOLATION_LOG);

	(void)state;
	expect_errno(filter, &call, PASSED);
	expect_errno(filter, &wrong, EBADF);
	psd_filter_free(filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_beyond_the_policy_kill),
		cmocka_unit_test(calls_beyond_the_policy_are_answered_eperm),
		cmocka_unit_test(
		    calls_beyond_the_policy_pass_when_it_only_logs),
	};

	if (test_under_valgrind()) {
		print_message("SKIP: valgrind makes system calls itself\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
