/* SPDX-License-Identifier: ISC */
#include "common/fd.h"

#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/fds.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COULD_NOT_TRY = 2 };

static int
open_null(void)
{
	const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void
taking_moves_ownership(void **state)
{
	int fd = open_null();
	const int number = fd;
	const int taken = psd_fd_take(&fd);

	(void)state;
	assert_int_equal(taken, number);
	assert_int_equal(fd, PSD_NO_FD);
	assert_int_equal(psd_fd_take(&fd), PSD_NO_FD);
	assert_int_equal(fcntl(taken, F_GETFD), FD_CLOEXEC);
	psd_fd_close(taken);
}

static void
closing_none_does_nothing(void **state)
{
	const size_t before = test_fds_count();
	int none = PSD_NO_FD;

	(void)state;
	psd_fd_close(PSD_NO_FD);
	psd_fd_close(-1);
	psd_fd_cleanup(&none);
	assert_int_equal(none, PSD_NO_FD);
	assert_int_equal(test_fds_count(), before);
}

static void
closing_keeps_errno(void **state)
{
	(void)state;
	errno = ENOTTY;
	psd_fd_close(open_null());
	assert_int_equal(errno, ENOTTY);
}

static int
close_in_vain(void *argument)
{
	const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)argument;
	if (test_deny(SYS_close, EIO) < 0)
		return COULD_NOT_TRY;
	errno = ENOTTY;
	psd_fd_close(fd);
	return errno == ENOTTY ? 0 : 1;
}

static void
close_that_fails_keeps_errno(void **state)
{
	const int status =
	    test_child_exit_status(test_child_start(close_in_vain, NULL));

	(void)state;
	if (status == COULD_NOT_TRY) {
		print_message("SKIP: no seccomp filter to be had\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static int
open_many_and_return_early(void)
{
	_cleanup_fd_ int first = open_null();
	_cleanup_fd_ int second = open_null();
	_cleanup_fd_ int none = PSD_NO_FD;

	for (int i = 0; i < 3; i++) {
		_cleanup_fd_ int each = open_null();

		if (i == 1 && each != second)
			return psd_fd_take(&second);
	}
	return first + none;
}

static void
leaving_a_scope_closes_what_is_still_owned(void **state)
{
	const size_t before = test_fds_count();
	const int kept = open_many_and_return_early();

	(void)state;
	assert_int_equal(test_fds_count(), before + 1);
	assert_int_equal(fcntl(kept, F_GETFD), FD_CLOEXEC);
	psd_fd_close(kept);
	assert_int_equal(test_fds_count(), before);
}

static int
close_twice(void *argument)
{
	const struct rlimit no_core = { 0, 0 };
	const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)argument;
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)signal(SIGABRT, SIG_DFL);
	(void)close(STDERR_FILENO);
	psd_fd_close(fd);
	psd_fd_close(fd);
	return 0;
}

static void
closing_twice_aborts(void **state)
{
	int status;

	(void)state;
	assert_int_equal(test_child_wait(test_child_start(close_twice, NULL),
			     &status),
	    0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(taking_moves_ownership),
		cmocka_unit_test(closing_none_does_nothing),
		cmocka_unit_test(closing_keeps_errno),
		cmocka_unit_test(close_that_fails_keeps_errno),
		cmocka_unit_test(leaving_a_scope_closes_what_is_still_owned),
		cmocka_unit_test(closing_twice_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
