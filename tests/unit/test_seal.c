/* SPDX-License-Identifier: ISC */
/* Sealed memory that cannot be made or read. */
#include "tests/unit/failing_fixture.h"

#include "common/seal.h"

static void
memory_that_cannot_be_sealed_is_given_back(void **state)
{
	static const struct {
		const char *call;
		int error, result;
	} cases[] = {
		{ "memfd_create", EMFILE, -EMFILE },
		{ "pwrite", ENOSPC, -ENOMEM },
		{ "F_ADD_SEALS", EPERM, -EPERM },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		fail_next(cases[i].call, cases[i].error, 0);
		assert_int_equal(psd_seal_write("test", "abc", 3),
		    cases[i].result);
		assert_null(failing);
	}
}

static void
sealed_memory_that_cannot_be_read_is_refused(void **state)
{
	static const char *const calls[] = { "fcntl", "fstat", "pread" };
	_cleanup_fd_ int fd = psd_seal_write("test", "abc", 3);
	unsigned char *bytes;
	size_t size;

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < PSD_ELEMENTS(calls); i++) {
		fail_next(calls[i], EIO, 0);
		assert_null(psd_seal_read(fd, 1, 3, &size));
		assert_int_equal(errno, EBADMSG);
		assert_null(failing);
	}
	assert_null(psd_seal_read(fd, 4, 9, &size));
	assert_null(psd_seal_read(fd, 0, 2, &size));
	bytes = psd_seal_read(fd, 3, 3, &size);
	assert_non_null(bytes);
	assert_int_equal(size, 3);
	assert_memory_equal(bytes, "abc", 3);
	free(bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(memory_that_cannot_be_sealed_is_given_back),
		TEST(sealed_memory_that_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
