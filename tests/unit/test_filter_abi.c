/* SPDX-License-Identifier: ISC */
/* Calls of other ABIs kill, whatever OnViolation= says. */
#include "tests/unit/call_fixture.h"

#if defined(__x86_64__)
enum { I386_GETPID = 20 };

/* The calls of the 32-bit ABI, from a 64-bit process. */
static long
call_i386(long number)
{
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(number), "b"(0L), "c"(0L), "d"(0L)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return r;
}

static void
getpid_of_i386(void *argument)
{
	(void)argument;
	test_filter_exit(call_i386(I386_GETPID) > 0 ? PASSED : ENOSYS);
}

static int
probe_i386(void *argument)
{
	/* Where the kernel lacks that ABI, this is a fault. */
	(void)signal(SIGSEGV, SIG_DFL);
	(void)argument;
	return call_i386(I386_GETPID) > 0 ? PASSED : ENOSYS;
}

static bool
has_i386(void)
{
	const pid_t pid = test_child_start(probe_i386, NULL);
	int status = -1;

	assert_true(pid > 0);
	assert_int_equal(test_child_wait(pid, &status), 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == PASSED;
}

static void
calls_of_i386_kill(void **state)
{
	static const enum psd_violation violations[] = { PSD_VIOLATION_KILL,
		PSD_VIOLATION_ERRNO, PSD_VIOLATION_LOG };
	size_t i;

	(void)state;
	if (!has_i386()) {
		print_message("SKIP: this kernel has no calls of i386\n");
		skip();
	}
	for (i = 0; i < PSD_ELEMENTS(violations); i++) {
		struct psd_filter *filter =
		    compile("@helper @loader", violations[i]);
		const int status =
		    test_filter_run(&filter->program, getpid_of_i386, NULL);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
		psd_filter_free(filter);
	}
}

/* Every call that the policy lets pass, with the x32 bit set. */
static void
calls_of_x32_kill(void **state)
{
	static const enum psd_violation violations[] = { PSD_VIOLATION_KILL,
		PSD_VIOLATION_ERRNO, PSD_VIOLATION_LOG };
	size_t i;
	long number;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(violations); i++) {
		struct psd_filter *filter =
		    compile("@helper @loader", violations[i]);

		for (number = 0; number < 600; number += 13) {
			const struct call call = { "x32",
				(long)PSD_FOREIGN_CALL_BIT | number, { 0 } };

			expect_killed(filter, &call);
		}
		psd_filter_free(filter);
	}
}
#else
static void
calls_of_i386_kill(void **state)
{
	(void)state;
	print_message("SKIP: this architecture has no other ABI\n");
	skip();
}

static void
calls_of_x32_kill(void **state)
{
	calls_of_i386_kill(state);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_i386_kill),
		cmocka_unit_test(calls_of_x32_kill),
	};

	if (test_under_valgrind()) {
		print_message("SKIP: valgrind makes system calls itself\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
