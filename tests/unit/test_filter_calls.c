/* SPDX-License-Identifier: ISC */
/* Arguments, memory, new calls: what passes and what does not. */
#include "tests/unit/call_fixture.h"

static void
calls_of_the_policy_pass(void **state)
{
	static const struct call calls[] = {
		CALL(getpid, 0),
		CALL(clock_gettime, CLOCK_MONOTONIC, 0),
		CALL(fcntl, 0, F_GETFD, 0),
		CALL(prlimit64, 0, 7, 0, 0),
		CALL(mmap, 0, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		CALL(madvise, 0, 0, MADV_DONTNEED),
		CALL(getrandom, 0, 0, 0),
	};
	struct psd_filter *filter =
	    compile("@helper @loader", PSD_VIOLATION_KILL);
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(calls); i++) {
		/* Pointers are NULL here; EFAULT is the kernel's answer. */
		const int status = status_of(filter, &calls[i]);

		if (!WIFEXITED(status) ||
		    (WEXITSTATUS(status) != PASSED &&
			WEXITSTATUS(status) != EFAULT))
			fail_msg("%s: status 0x%x", calls[i].name,
			    (unsigned)status);
	}
	psd_filter_free(filter);
}

/* What the kernel ignores of a register does not hide a value. */
static void
upper_half_neither_helps_nor_harms(void **state)
{
	const long upper = 0x1f00000000;
	const struct call passes = CALL(fcntl, 0, F_GETFD | upper, 0);
	const struct call killed[] = {
		CALL(fcntl, 0, F_SETFL | upper, 0),
		CALL(ioctl, 0, TIOCSTI | upper, 0),
		CALL(clone, (CLONE_NEWUSER | SIGCHLD) | upper, 0, 0, 0, 0),
		CALL(openat, AT_FDCWD, 0, O_WRONLY | upper),
		CALL(openat, AT_FDCWD, 0, O_CREAT | ~0xffffffffL),
		CALL(mmap, 0, 4096, PROT_READ | upper,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		CALL(mprotect, 0, 0, PROT_READ | upper),
		CALL(mprotect, 0, 0, PROT_READ | LONG_MIN),
		CALL(prlimit64, 0, 7, upper, 0),
	};
	struct psd_filter *filter =
	    compile("@helper @loader @threads", PSD_VIOLATION_KILL);
	size_t i;

	(void)state;
	expect_errno(filter, &passes, PASSED);
	for (i = 0; i < PSD_ELEMENTS(killed); i++)
		expect_killed(filter, &killed[i]);
	psd_filter_free(filter);
}

static void
memory_is_never_writable_and_executable(void **state)
{
	const struct call calls[] = {
		CALL(mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		CALL(mmap, 0, 4096, PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		/* Neither one after the other: what was written stays data. */
		CALL(mmap, 0, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		CALL(mmap, 0, 4096, PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1,
		    0),
		CALL(mmap, 0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE, 0, 0),
		CALL(mprotect, 0, 0, PROT_READ | PROT_WRITE | PROT_EXEC),
		CALL(mprotect, 0, 0, PROT_READ | PROT_EXEC),
		CALL(mprotect, 0, 0, PROT_EXEC),
		CALL(pkey_mprotect, 0, 0, PROT_EXEC, -1),
		CALL(shmat, 0, 0, 0100000),
		CALL(remap_file_pages, 0, 0, 0, 0, 0),
	};
	const struct call text =
	    CALL(mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, -1, 0);
	struct psd_filter *loader =
	    compile("@helper @loader @threads @network-io", PSD_VIOLATION_KILL);
	struct psd_filter *without = compile("@helper", PSD_VIOLATION_KILL);
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(calls); i++) {
		expect_killed(loader, &calls[i]);
		expect_killed(without, &calls[i]);
	}
	/* A library's text passes, with @loader alone: here the file fails. */
	expect_errno(loader, &text, EBADF);
	expect_killed(without, &text);
	psd_filter_free(loader);
	psd_filter_free(without);
}

static void
calls_newer_than_the_policy_are_answered_enosys(void **state)
{
	static const enum psd_violation violations[] = { PSD_VIOLATION_KILL,
		PSD_VIOLATION_ERRNO, PSD_VIOLATION_LOG };
	const int highest = psd_call_highest(PSD_AUDIT_ARCH);
	size_t i;

	(void)state;
	for (i = 0; i < PSD_ELEMENTS(violations); i++) {
		struct psd_filter *filter = compile("@helper", violations[i]);
		const struct call calls[] = {
			{ "next", highest + 1, { 0 } },
			{ "far", 1023, { 0 } },
			{ "farther", 0x3fffffff, { 0 } },
		};

		assert_int_equal(filter->highest_known, highest);
		expect_errno(filter, &calls[0], ENOSYS);
		expect_errno(filter, &calls[1], ENOSYS);
		expect_errno(filter, &calls[2], ENOSYS);
		psd_filter_free(filter);
	}
}

static void
clone3_is_answered_enosys_unless_it_is_named(void **state)
{
	const struct call call = CALL(clone3, 0, 0);
	struct psd_filter *filter =
	    compile("@helper @threads", PSD_VIOLATION_KILL);
	struct psd_filter *named =
	    compile("@helper clone3", PSD_VIOLATION_KILL);

	(void)state;
	expect_errno(filter, &call, ENOSYS);
	expect_errno(named, &call, EINVAL);
	psd_filter_free(filter);
	psd_filter_free(named);
}

/* A file may be granted for appending only. */
static void
appending_cannot_be_got_around(void **state)
{
	/* RWF_DSYNC, RWF_NOAPPEND; descriptor -1 is the kernel's to refuse. */
	const struct call passes = CALL(pwritev2, -1, 0, 0, 0, 0, 0x02);
	const struct call killed[] = {
		CALL(pwritev2, -1, 0, 0, 0, 0, 0x20),
		CALL(pwritev2, -1, 0, 0, 0, 0, 0x22),
		CALL(fcntl, -1, F_SETFL, 0),
	};
	struct psd_filter *filter = compile(
	    "@helper @loader @threads @network-io @basic-io @io-event @sync",
	    PSD_VIOLATION_KILL);
	size_t i;

	(void)state;
	expect_errno(filter, &passes, EBADF);
	for (i = 0; i < PSD_ELEMENTS(killed); i++)
		expect_killed(filter, &killed[i]);
	psd_filter_free(filter);
}

/*
 * A socket that was connected to what was checked must not send elsewhere; with
 * @datagrams it may, but no stream is connected by what it sends first.
 */
static void
nothing_is_sent_to_an_address_of_the_helpers_choice(void **state)
{
	static const char many[] = "@helper @loader @threads @processes "
				   "@network-io @basic-io @io-event @signal "
				   "@timer @sync";
	static const char *const words[] = { "@helper", "@helper @network-io",
		many };
	const struct call sends[] = {
		CALL(sendto, -1, 0, 0, 0, 0, 0),
		CALL(sendto, -1, 0, 0, MSG_FASTOPEN, 0, 16),
	};
	const struct call killed[] = {
		CALL(sendto, -1, 0, 0, 0, 1, 16),
		CALL(sendto, -1, 0, 0, 0, 0x100000000, 16),
		CALL(sendto, -1, 0, 0, 0, LONG_MIN, 0),
		CALL(sendto, -1, 0, 0, MSG_FASTOPEN, 1, 16),
		CALL(sendmsg, -1, 0, 0),
		CALL(sendmmsg, -1, 0, 0, 0),
		CALL(connect, -1, 0, 0),
		CALL(bind, -1, 0, 0),
		CALL(listen, -1, 0),
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(words); i++) {
		struct psd_filter *filter =
		    compile(words[i], PSD_VIOLATION_KILL);

		for (size_t k = 0; k < PSD_ELEMENTS(sends); k++)
			expect_errno(filter, &sends[k], EBADF);
		for (size_t k = 0; k < PSD_ELEMENTS(killed); k++)
			expect_killed(filter, &killed[k]);
		psd_filter_free(filter);
	}
}

static void
datagrams_go_anywhere_but_connect_no_stream(void **state)
{
	const struct call passes = CALL(sendto, -1, 0, 0, MSG_NOSIGNAL, 1, 16);
	const struct call killed[] = {
		CALL(sendto, -1, 0, 0, MSG_FASTOPEN, 1, 16),
		CALL(sendto, -1, 0, 0, MSG_FASTOPEN | 0x1f00000000, 1, 16),
		CALL(sendmsg, -1, 0, 0),
		CALL(connect, -1, 0, 0),
	};
	struct psd_filter *filter =
	    compile("@helper @network-io @datagrams", PSD_VIOLATION_KILL);

	(void)state;
	expect_errno(filter, &passes, EBADF);
	for (size_t i = 0; i < PSD_ELEMENTS(killed); i++)
		expect_killed(filter, &killed[i]);
	psd_filter_free(filter);
}

static void
descriptors_are_sent_but_connect_no_stream(void **state)
{
	const struct call passes = CALL(sendmsg, -1, 0, MSG_NOSIGNAL);
	const struct call killed = CALL(sendmsg, -1, 0, MSG_FASTOPEN);
	struct psd_filter *filter =
	    compile("@helper @send-descriptors", PSD_VIOLATION_KILL);

	(void)state;
	expect_errno(filter, &passes, EBADF);
	expect_killed(filter, &killed);
	psd_filter_free(filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_the_policy_pass),
		cmocka_unit_test(upper_half_neither_helps_nor_harms),
		cmocka_unit_test(memory_is_never_writable_and_executable),
		cmocka_unit_test(appending_cannot_be_got_around),
		cmocka_unit_test(
		    calls_newer_than_the_policy_are_answered_enosys),
		cmocka_unit_test(clone3_is_answered_enosys_unless_it_is_named),
		cmocka_unit_test(
		    nothing_is_sent_to_an_address_of_the_helpers_choice),
		cmocka_unit_test(datagrams_go_anywhere_but_connect_no_stream),
		cmocka_unit_test(descriptors_are_sent_but_connect_no_stream),
	};

	if (test_under_valgrind()) {
		print_message("SKIP: valgrind makes system calls itself\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
