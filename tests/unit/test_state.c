/* SPDX-License-Identifier: ISC */
/* What a predecessor leaves is read whole and sound, or not at all. */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/seal.h"
#include "daemon/state.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The head: magic, version, descriptors, bytes of records. */
enum { HEAD = 24, AT_VERSION = 8, AT_N_FDS = 12, SIZE_MAX_TESTED = 4096 };

static const struct psd_record_uid uid = { .uid = 1900000007 };
static const struct psd_record_end end = { .end = 0 };

/* A uid, a door with fd, and the end. */
static int
write_state(int fd)
{
	struct psd_state_writer *writer = psd_state_write();
	struct psd_record_door door = { .mode = 0600 };
	int sealed;

	assert_non_null(writer);
	door.fd = psd_state_hold(writer, fd);
	psd_state_put(writer, PSD_RECORD_uid, &uid);
	psd_state_put(writer, PSD_RECORD_door, &door);
	psd_state_put(writer, PSD_RECORD_end, &end);
	sealed = psd_state_seal(writer);
	psd_state_writer_free(writer);
	assert_true(sealed >= 0);
	return sealed;
}

/* Reads what write_state() wrote; the reader's error. */
static int
read_state(int sealed, int *ret_fd)
{
	struct psd_state_reader *reader = psd_state_read(sealed);
	struct psd_record_uid found;
	struct psd_record_door door;
	int r;

	if (reader == NULL)
		return -errno;
	*ret_fd = PSD_NO_FD;
	if (psd_state_get(reader, PSD_RECORD_uid, &found) &&
	    psd_state_get(reader, PSD_RECORD_door, &door)) {
		*ret_fd = psd_state_take_fd(reader, door.fd);
		(void)psd_state_is_used_up(reader);
	}
	r = psd_state_error(reader);
	assert_int_equal(r == 0, psd_state_wrong(reader)[0] == '\0');
	psd_state_reader_free(reader);
	return r;
}

static void
what_was_written_is_read(void **state)
{
	_cleanup_fd_ int fd = open("/dev/null", O_RDONLY);
	_cleanup_fd_ int sealed = write_state(fd);
	int found;

	(void)state;
	assert_int_equal(read_state(sealed, &found), 0);
	assert_int_equal(found, fd);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static void
pieces_join_again(void **state)
{
	struct psd_state_writer *writer = psd_state_write();
	_cleanup_free_ unsigned char *bytes = calloc(1, 100000);
	_cleanup_free_ unsigned char *found = NULL;
	struct psd_state_reader *reader;
	_cleanup_fd_ int sealed = PSD_NO_FD;

	(void)state;
	assert_non_null(writer);
	assert_non_null(bytes);
	for (size_t i = 0; i < 100000; i++)
		bytes[i] = (unsigned char)(i / 7);
	psd_state_put_bytes(writer, bytes, 100000);
	psd_state_put(writer, PSD_RECORD_end, &end);
	sealed = psd_state_seal(writer);
	psd_state_writer_free(writer);
	reader = psd_state_read(sealed);
	assert_non_null(reader);
	found = psd_state_get_bytes(reader, 100000);
	assert_non_null(found);
	assert_memory_equal(found, bytes, 100000);
	assert_true(psd_state_is_used_up(reader));
	psd_state_reader_free(reader);
}

/* A copy of the state that fd has been written in, changed and sealed. */
static int
change(int sealed, size_t at, unsigned char with, size_t longer)
{
	size_t size;
	_cleanup_free_ unsigned char *bytes =
	    psd_seal_read(sealed, HEAD, SIZE_MAX_TESTED, &size);
	unsigned char copy[SIZE_MAX_TESTED + 64] = { 0 };
	int changed;

	assert_non_null(bytes);
	memcpy(copy, bytes, size);
	if (at < size)
		copy[at] ^= with;
	changed = psd_seal_write("test", copy, size + longer);
	assert_true(changed >= 0);
	return changed;
}

static size_t
size_of(int sealed)
{
	const off_t size = lseek(sealed, 0, SEEK_END);

	assert_true(size > HEAD);
	return (size_t)size;
}

/*
 * Any bit of the head, of the list of descriptors, and of what frames records;
 * the values of fields are for whoever reads them.
 */
static void
a_changed_state_is_refused(void **state)
{
	static const size_t places[] = { 0, 7, AT_VERSION, AT_VERSION + 3,
		AT_N_FDS, AT_N_FDS + 3, 16, 23, HEAD, HEAD + 3, HEAD + 4,
		HEAD + 8, HEAD + 16, HEAD + 20 };
	_cleanup_fd_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int sealed = write_state(fd);
	int found;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(places); i++) {
		_cleanup_fd_ int changed = change(sealed, places[i], 0x40, 0);

		if (read_state(changed, &found) != -EBADMSG)
			fail_msg("changed at %zu", places[i]);
	}
}

static void
no_length_but_its_own_is_taken(void **state)
{
	_cleanup_fd_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int sealed = write_state(fd);
	const size_t size = size_of(sealed);
	int found;

	(void)state;
	for (size_t n = 1; n < size; n++) {
		_cleanup_fd_ int cut = change(sealed, size, 0, 0 - n);

		if (read_state(cut, &found) != -EBADMSG)
			fail_msg("%zu bytes less", n);
	}
	for (size_t n = 1; n < 32; n++) {
		_cleanup_fd_ int longer = change(sealed, size, 0, n);

		assert_int_equal(read_state(longer, &found), -EBADMSG);
	}
}

static void
what_is_not_sealed_is_refused(void **state)
{
	_cleanup_fd_ int plain = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	int found;

	(void)state;
	assert_int_equal(read_state(plain, &found), -EBADMSG);
}

/* Writes a state with these descriptors, and the first of them in the door. */
static int
read_with(const int *fds, size_t n, bool is_taken_twice)
{
	struct psd_state_writer *writer = psd_state_write();
	struct psd_state_reader *reader;
	_cleanup_fd_ int sealed = PSD_NO_FD;
	int r;

	assert_non_null(writer);
	for (size_t i = 0; i < n; i++)
		(void)psd_state_hold(writer, fds[i]);
	psd_state_put(writer, PSD_RECORD_end, &end);
	sealed = psd_state_seal(writer);
	psd_state_writer_free(writer);
	reader = psd_state_read(sealed);
	assert_non_null(reader);
	(void)psd_state_take_fd(reader, (uint32_t)fds[0]);
	if (is_taken_twice)
		(void)psd_state_take_fd(reader, (uint32_t)fds[0]);
	(void)psd_state_is_used_up(reader);
	r = psd_state_error(reader);
	psd_state_reader_free(reader);
	return r;
}

static void
every_descriptor_has_one_owner(void **state)
{
	_cleanup_fd_ int a = open("/dev/null", O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int b = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(read_with((const int[]){ a }, 1, false), 0);
	assert_int_equal(read_with((const int[]){ a }, 1, true), -EBADMSG);
	assert_int_equal(read_with((const int[]){ a, b }, 2, false), -EBADMSG);
	assert_int_equal(read_with((const int[]){ a, a }, 2, false), -EBADMSG);
	assert_int_equal(read_with((const int[]){ STDERR_FILENO }, 1, false),
	    -EBADMSG);
	assert_int_equal(read_with((const int[]){ 1000000 }, 1, false),
	    -EBADMSG);
}

static void
what_goes_along_survives_an_exec_only_until_it_is_kept_back(void **state)
{
	_cleanup_fd_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct psd_state_writer *writer = psd_state_write();

	(void)state;
	assert_non_null(writer);
	(void)psd_state_hold(writer, fd);
	assert_int_equal(psd_state_let_go(writer), 0);
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	psd_state_keep_back(writer);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	(void)psd_state_hold(writer, 1000000);
	assert_int_equal(psd_state_let_go(writer), -EBADF);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	psd_state_writer_free(writer);
}

static void
what_cannot_be_carried_is_told(void **state)
{
	struct psd_state_writer *writer = psd_state_write();

	(void)state;
	assert_non_null(writer);
	psd_state_refuse(writer, "%s is in the way", "www");
	psd_state_refuse(writer, "and more");
	psd_state_put(writer, PSD_RECORD_end, &end);
	assert_int_equal(psd_state_seal(writer), -EBUSY);
	assert_string_equal(psd_state_why(writer), "www is in the way");
	psd_state_writer_free(writer);
	/* A field that is longer than what may be read again. */
	writer = psd_state_write();
	assert_non_null(writer);
	psd_state_put(writer, PSD_RECORD_missing,
	    &(struct psd_record_missing){
		.why = { .at = "", .len = PSD_NAME_MAX + 1 },
	    });
	assert_true(psd_state_seal(writer) < 0);
	assert_string_equal(psd_state_why(writer), "why a layer is missing");
	psd_state_writer_free(writer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(pieces_join_again),
		cmocka_unit_test(a_changed_state_is_refused),
		cmocka_unit_test(no_length_but_its_own_is_taken),
		cmocka_unit_test(what_is_not_sealed_is_refused),
		cmocka_unit_test(every_descriptor_has_one_owner),
		cmocka_unit_test(
		    what_goes_along_survives_an_exec_only_until_it_is_kept_back),
		cmocka_unit_test(what_cannot_be_carried_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
