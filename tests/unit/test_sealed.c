/* SPDX-License-Identifier: ISC */
/* The plan that a monitor sends is read whole and sound, or not at all. */
#include "common/fd.h"
#include "common/mem.h"
#include "common/sealed.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { INSTRUCTIONS = 5, BYTES_MAX = 4096, HEAD = 48 };

static struct sock_filter instructions[INSTRUCTIONS] = {
	{ 1, 2, 3, 4 },
	{ 5, 6, 7, 8 },
};

static struct psd_sealed
plan(void)
{
	return (struct psd_sealed){
		.uid = 1900000001,
		.gid = 1900000002,
		.set_ids = true,
		.want_listener = true,
		.has_output = true,
		.report_number = 1025,
		.keep = PSD_KEEP_STDIO | PSD_KEEP_EVENTS,
		.n_numbers = 2,
		.numbers = { 7, 65535 },
		.n_limits = 2,
		.limits = { { RLIMIT_NOFILE, { 512, 1024 } },
		    { RLIMIT_AS, { 1, RLIM_INFINITY } } },
		.filter = { INSTRUCTIONS, instructions },
		.plain_filter = { 1, &instructions[1] },
	};
}

static void
what_was_written_is_read(void **state)
{
	const struct psd_sealed wrote = plan();
	_cleanup_fd_ int fd = psd_sealed_write(&wrote);
	struct psd_sealed found;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(psd_sealed_read(fd, &found), 0);
	assert_int_equal(found.uid, wrote.uid);
	assert_int_equal(found.gid, wrote.gid);
	assert_true(found.set_ids && found.want_listener && found.has_output);
	assert_false(found.is_unprivileged || found.has_landlock);
	assert_int_equal(found.report_number, 1025);
	assert_int_equal(found.keep, wrote.keep);
	assert_int_equal(found.n_numbers, 2);
	assert_int_equal(found.numbers[1], 65535);
	assert_int_equal(found.n_limits, 2);
	assert_int_equal(found.limits[1].resource, RLIMIT_AS);
	assert_true(found.limits[1].value.rlim_max == RLIM_INFINITY);
	assert_int_equal(found.filter.len, INSTRUCTIONS);
	assert_memory_equal(found.filter.filter, instructions,
	    sizeof(instructions));
	assert_int_equal(found.plain_filter.len, 1);
	assert_memory_equal(found.plain_filter.filter, &instructions[1],
	    sizeof(instructions[1]));
	psd_sealed_free(&found);
}

/* The bytes of a good plan. */
static size_t
bytes_of_plan(unsigned char ret[BYTES_MAX])
{
	const struct psd_sealed wrote = plan();
	_cleanup_fd_ int fd = psd_sealed_write(&wrote);
	const ssize_t n = pread(fd, ret, BYTES_MAX, 0);

	assert_true(n > HEAD && n < BYTES_MAX);
	return (size_t)n;
}

static int
memory_of(const unsigned char *bytes, size_t n, int seals)
{
	const int fd = memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, 0), n);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

enum { ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

static int
read_bytes(const unsigned char *bytes, size_t n, int seals)
{
	_cleanup_fd_ int fd = memory_of(bytes, n, seals);
	struct psd_sealed found = { .own = NULL };
	const int r = psd_sealed_read(fd, &found);

	psd_sealed_free(&found);
	return r;
}

static void
what_can_still_be_changed_is_refused(void **state)
{
	static const int seals[] = { 0, ALL_SEALS & ~F_SEAL_SEAL,
		ALL_SEALS & ~F_SEAL_SHRINK, ALL_SEALS & ~F_SEAL_GROW,
		ALL_SEALS & ~F_SEAL_WRITE };
	unsigned char bytes[BYTES_MAX];
	const size_t n = bytes_of_plan(bytes);

	(void)state;
	assert_int_equal(read_bytes(bytes, n, ALL_SEALS), 0);
	for (size_t i = 0; i < PSD_ELEMENTS(seals); i++)
		assert_int_equal(read_bytes(bytes, n, seals[i]), -EBADMSG);
}

static void
a_plan_cut_or_extended_is_refused(void **state)
{
	unsigned char bytes[BYTES_MAX] = { 0 };
	const size_t n = bytes_of_plan(bytes);

	(void)state;
	for (size_t len = 0; len < n; len++)
		assert_int_equal(read_bytes(bytes, len, ALL_SEALS), -EBADMSG);
	assert_int_equal(read_bytes(bytes, n + 1, ALL_SEALS), -EBADMSG);
	assert_int_equal(read_bytes(bytes, n + 8, ALL_SEALS), -EBADMSG);
}

static void
no_count_leads_out_of_the_plan(void **state)
{
	static const uint32_t values[] = { 0, 1, 3, 16, 64, 4096, 65535, 65536,
		INT32_MAX, UINT32_MAX - 7, UINT32_MAX };
	unsigned char bytes[BYTES_MAX];
	const size_t n = bytes_of_plan(bytes);
	/* Of limits, numbers and the two programs. */
	const size_t counts = HEAD - 4 * sizeof(uint32_t);

	(void)state;
	for (size_t at = counts; at < HEAD; at += sizeof(uint32_t))
		for (size_t i = 0; i < PSD_ELEMENTS(values); i++) {
			uint32_t before;

			memcpy(&before, &bytes[at], sizeof(before));
			if (before == values[i])
				continue;
			memcpy(&bytes[at], &values[i], sizeof(before));
			assert_int_equal(read_bytes(bytes, n, ALL_SEALS),
			    -EBADMSG);
			memcpy(&bytes[at], &before, sizeof(before));
		}
}

/* Every byte of the head with every bit turned: refused, or a sound plan. */
static void
a_damaged_head_never_leads_astray(void **state)
{
	unsigned char bytes[BYTES_MAX];
	const size_t n = bytes_of_plan(bytes);
	const size_t before = test_fds_count();

	(void)state;
	for (size_t at = 0; at < HEAD; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			int r;

			bytes[at] ^= (unsigned char)(1U << bit);
			r = read_bytes(bytes, n, ALL_SEALS);
			assert_true(r == 0 || r == -EBADMSG);
			bytes[at] ^= (unsigned char)(1U << bit);
		}
	assert_int_equal(test_fds_count(), before);
}

static void
refuse(const struct psd_sealed *wrong)
{
	_cleanup_fd_ int fd = psd_sealed_write(wrong);
	struct psd_sealed found;

	assert_true(fd >= 0);
	assert_int_equal(psd_sealed_read(fd, &found), -EBADMSG);
}

static void
a_plan_that_would_not_confine_is_refused(void **state)
{
	struct psd_sealed wrong;

	(void)state;
	wrong = plan();
	wrong.uid = 0;
	refuse(&wrong);
	wrong = plan();
	wrong.gid = 0;
	refuse(&wrong);
	wrong = plan();
	wrong.uid = (uid_t)-1;
	refuse(&wrong);
	/* The number would be one of the server's own. */
	wrong = plan();
	wrong.report_number = 1023;
	refuse(&wrong);
	wrong = plan();
	wrong.limits[0].resource = RLIMIT_CORE;
	refuse(&wrong);
	wrong = plan();
	wrong.limits[1].value.rlim_cur = 2;
	wrong.limits[1].value.rlim_max = 1;
	refuse(&wrong);
	wrong = plan();
	wrong.limits[1].resource = RLIM_NLIMITS;
	refuse(&wrong);
	/* A listener without the filter that it belongs to. */
	wrong = plan();
	wrong.filter.len = 0;
	refuse(&wrong);
	wrong = plan();
	wrong.want_listener = false;
	refuse(&wrong);
}

static void
what_is_no_memory_is_refused(void **state)
{
	static const char *const paths[] = { "/dev/null", "/proc/self/status",
		"/" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++) {
		_cleanup_fd_ int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		struct psd_sealed found;

		assert_true(fd >= 0);
		assert_int_equal(psd_sealed_read(fd, &found), -EBADMSG);
	}
}

static void
more_than_there_is_room_for_is_not_written(void **state)
{
	struct psd_sealed wrong = plan();

	(void)state;
	wrong.plain_filter.len = BPF_MAXINSNS + 1;
	assert_int_equal(psd_sealed_write(&wrong), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(what_can_still_be_changed_is_refused),
		cmocka_unit_test(a_plan_cut_or_extended_is_refused),
		cmocka_unit_test(no_count_leads_out_of_the_plan),
		cmocka_unit_test(a_damaged_head_never_leads_astray),
		cmocka_unit_test(a_plan_that_would_not_confine_is_refused),
		cmocka_unit_test(what_is_no_memory_is_refused),
		cmocka_unit_test(more_than_there_is_room_for_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
