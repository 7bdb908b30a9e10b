/* SPDX-License-Identifier: ISC */
#ifndef TEST_PAIR_ERRORS_H
#define TEST_PAIR_ERRORS_H

/* What a pair that cannot be made answers; beside tests/unit/pair_cases.h. */

#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"
#include "tests/unit/pair_cases.h"

#include <sys/resource.h>
#include <sys/syscall.h>

/* What an array that must stay untouched holds. */
enum { FIRST_BEFORE = -4711, SECOND_BEFORE = -4712 };

struct refusal {
	int domain, type, protocol, error;
};

static const struct refusal refusals[] = {
	{ 12345, SOCK_STREAM, 0, -EAFNOSUPPORT },
	{ -1, SOCK_STREAM, 0, -EAFNOSUPPORT },
	{ AF_INET, SOCK_STREAM, 0, -EOPNOTSUPP },
	{ AF_INET, SOCK_DGRAM, 0, -EOPNOTSUPP },
	{ AF_NETLINK, SOCK_RAW, 0, -EOPNOTSUPP },
	{ AF_UNIX, SOCK_STREAM, 77, -EPROTONOSUPPORT },
	{ AF_UNIX, SOCK_SEQPACKET, 77, -EPROTONOSUPPORT },
	{ AF_UNIX, SOCK_DGRAM, -1, -EPROTONOSUPPORT },
	{ AF_INET, SOCK_STREAM, 17, -EPROTONOSUPPORT },
	{ AF_INET, SOCK_STREAM, 12345, -EPROTONOSUPPORT },
	{ AF_INET, SOCK_SEQPACKET, 0, -EPROTOTYPE },
	{ AF_UNIX, 0, 0, -EPROTOTYPE },
	{ AF_UNIX, 7, 0, -EPROTOTYPE },
	{ AF_UNIX, 15, 0, -EPROTOTYPE },
	{ AF_UNIX, SOCK_STREAM | 0x10, 0, -EINVAL },
	{ AF_UNIX, SOCK_STREAM | 0x100, 0, -EINVAL },
	{ AF_UNIX, SOCK_SEQPACKET | 0x40000000, 0, -EINVAL },
	{ AF_UNIX, -1, 0, -EINVAL },
};

static void
each_refusal_has_its_error_and_leaves_no_trace(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(refusals); i++) {
		const size_t before = test_fds_count();
		int ends[2] = { FIRST_BEFORE, SECOND_BEFORE };
		const int r = maker_in_test->pair_in(refusals[i].domain,
		    refusals[i].type, refusals[i].protocol, ends);

		if (r != refusals[i].error)
			print_error("refusal %zu\n", i);
		assert_int_equal(r, refusals[i].error);
		assert_int_equal(ends[0], FIRST_BEFORE);
		assert_int_equal(ends[1], SECOND_BEFORE);
		assert_int_equal(test_fds_count(), before);
	}
}

static void
only_the_three_types_are_pairs(void **state)
{
	int ends[2] = { FIRST_BEFORE, SECOND_BEFORE };

	(void)state;
	assert_int_equal(maker_in_test->pair(SOCK_RAW, ends), -EPROTOTYPE);
	assert_int_equal(maker_in_test->pair(SOCK_RDM, ends), -EPROTOTYPE);
	assert_int_equal(maker_in_test->pair(0, ends), -EPROTOTYPE);
	assert_int_equal(maker_in_test->pair(SOCK_STREAM | 0x100, ends),
	    -EINVAL);
	assert_int_equal(ends[0], FIRST_BEFORE);
	assert_int_equal(ends[1], SECOND_BEFORE);
}

/* Leaves exactly free_numbers descriptors to this process, then asks. */
static void
ask_with_few_numbers(int free_numbers)
{
	int ends[2] = { FIRST_BEFORE, SECOND_BEFORE };
	const size_t before = test_fds_count();
	const int lowest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	struct rlimit was, few;
	int r;

	assert_true(lowest >= 0);
	psd_fd_close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = (rlim_t)(lowest + free_numbers);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	r = maker_in_test->pair(SOCK_SEQPACKET, ends);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(r, -EMFILE);
	assert_int_equal(ends[0], FIRST_BEFORE);
	assert_int_equal(ends[1], SECOND_BEFORE);
	assert_int_equal(test_fds_count(), before);
}

static void
no_or_one_free_number_is_emfile_and_loses_nothing(void **state)
{
	(void)state;
	if (test_under_valgrind()) {
		print_message("SKIP: valgrind has a limit of its own\n");
		skip();
	}
	ask_with_few_numbers(0);
	ask_with_few_numbers(1);
}

/* Exit statuses of the children that ask under odd circumstances. */
enum { ASKED_AS_EXPECTED, ASKED_OTHERWISE, COULD_NOT_ASK };

static int
ask_and_compare(const struct refusal *expected)
{
	const size_t before = test_fds_count();
	int ends[2] = { FIRST_BEFORE, SECOND_BEFORE };
	const int r = maker_in_test->pair_in(expected->domain, expected->type,
	    expected->protocol, ends);

	if (r != expected->error || ends[0] != FIRST_BEFORE ||
	    ends[1] != SECOND_BEFORE || test_fds_count() != before)
		return ASKED_OTHERWISE;
	return ASKED_AS_EXPECTED;
}

static int
ask_without_privilege(void *argument)
{
	/* Protocol 1 is ICMP, which Linux keeps for CAP_NET_RAW. */
	static const struct refusal raw = { AF_INET, SOCK_RAW, 1, -EACCES };

	(void)argument;
	if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		return COULD_NOT_ASK;
	return ask_and_compare(&raw);
}

static void
missing_privilege_is_eacces(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(ask_without_privilege, NULL)),
	    ASKED_AS_EXPECTED);
}

/* What the kernel answers, and what we make of it. */
struct shortage {
	int kernel, ours;
};

static int
ask_in_shortage(void *argument)
{
	const struct shortage *shortage = argument;
	const struct refusal expected = { AF_UNIX, SOCK_SEQPACKET, 0,
		shortage->ours };

	if (test_deny(SYS_socketpair, shortage->kernel) < 0)
		return COULD_NOT_ASK;
	return ask_and_compare(&expected);
}

/*
 * A real ENFILE would starve the whole machine, and root is spared from it,
 * so a filter answers in the kernel's stead.
 */
static void
shortages_of_the_system_are_reported_as_they_are(void **state)
{
	static struct shortage shortages[] = { { ENFILE, -ENFILE },
		{ ENOBUFS, -ENOBUFS }, { ENOMEM, -ENOMEM }, { EACCES, -EACCES },
		{ EPERM, -EACCES } };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(shortages); i++) {
		const int status = test_child_exit_status(
		    test_child_start(ask_in_shortage, &shortages[i]));

		if (status == COULD_NOT_ASK) {
			print_message("SKIP: no seccomp filter to be had\n");
			skip();
		}
		assert_int_equal(status, ASKED_AS_EXPECTED);
	}
}

static const struct CMUnitTest pair_errors[] = {
	cmocka_unit_test(each_refusal_has_its_error_and_leaves_no_trace),
	cmocka_unit_test(only_the_three_types_are_pairs),
	cmocka_unit_test(no_or_one_free_number_is_emfile_and_loses_nothing),
	cmocka_unit_test(missing_privilege_is_eacces),
	cmocka_unit_test(shortages_of_the_system_are_reported_as_they_are),
};

#endif
