/* SPDX-License-Identifier: ISC */
#include "tests/support/dir.h"
#include "tests/support/op_rig.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 1500 };

static int
ask(struct op_rig *rig, struct psd_str path, uint64_t cursor,
    struct psd_read_directory_rep *ret)
{
	struct psd_read_directory_req req = { .path = path, .cursor = cursor };

	return op_rig_ask(rig, PSD_OP_read_directory, &req, ret);
}

/* Marks what a batch names: files are called f0, f1 and so on. */
static unsigned
mark(const struct psd_bytes *entries, bool *seen)
{
	unsigned n = 0;

	for (uint32_t at = 0; at < entries->len; n++) {
		const unsigned char type = entries->at[at];
		const unsigned char len = entries->at[at + 1];
		char name[256] = "";
		unsigned long number;

		memcpy(name, entries->at + at + 2, len);
		at += 2u + len;
		if (strcmp(name, "rig.policy") == 0)
			continue;
		assert_int_equal(type, DT_REG);
		assert_int_equal(name[0], 'f');
		number = strtoul(name + 1, NULL, 10);
		assert_true(number < FILES);
		assert_false(seen[number]);
		seen[number] = true;
	}
	return n;
}

static void
a_large_directory_comes_whole_in_batches(void **state)
{
	static bool seen[FILES];
	struct psd_read_directory_rep rep;
	struct op_rig rig;
	uint64_t cursor = 0;
	unsigned batches = 0, n = 0;

	(void)state;
	op_rig_start(&rig, NULL, "AllowReadDirectory=%s");
	for (int i = 0; i < FILES; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "f%d", i);
		assert_int_equal(test_dir_write(rig.dir, name, ""), 0);
	}
	do {
		assert_int_equal(ask(&rig, psd_str_of(rig.dir), cursor, &rep),
		    0);
		n += mark(&rep.entries, seen);
		cursor = rep.cursor;
		batches++;
	} while (rep.entries.len > 0);
	assert_int_equal(n, FILES + 1);
	assert_true(batches > 2);
	op_rig_stop(&rig);
}

static void
an_empty_directory_ends_at_once(void **state)
{
	struct psd_read_directory_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowReadDirectory=%s/**");
	assert_int_equal(mkdir(op_rig_path(&rig, "empty").at, 0700), 0);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "empty"), 0, &rep), 0);
	assert_int_equal(rep.entries.len, 0);
	op_rig_stop(&rig);
}

static void
what_is_not_granted_is_refused(void **state)
{
	struct psd_read_directory_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowReadDirectory=%s");
	assert_int_equal(mkdir(op_rig_path(&rig, "sub").at, 0700), 0);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "sub"), 0, &rep), -EPERM);
	assert_int_equal(ask(&rig, psd_str_of("/"), 0, &rep), -EPERM);
	assert_int_equal(ask(&rig, psd_str_of("/etc"), 0, &rep), -EPERM);
	op_rig_stop(&rig);
}

static void
what_is_no_directory_or_a_link_to_one_is_an_error(void **state)
{
	struct psd_read_directory_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowReadDirectory=%s/**");
	assert_int_equal(test_dir_write(rig.dir, "file", ""), 0);
	assert_int_equal(symlink("/etc", op_rig_path(&rig, "link").at), 0);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "file"), 0, &rep),
	    -ENOTDIR);
	assert_int_equal(ask(&rig, op_rig_path(&rig, "none"), 0, &rep),
	    -ENOENT);
	assert_true(ask(&rig, op_rig_path(&rig, "link"), 0, &rep) < 0);
	op_rig_stop(&rig);
}

static void
a_cursor_that_was_made_up_harms_nobody(void **state)
{
	static const uint64_t cursors[] = { 1, 0x7fffffff, 0xffffffff,
		INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX };
	struct psd_read_directory_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowReadDirectory=%s");
	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		const int r = ask(&rig, psd_str_of(rig.dir), cursors[i], &rep);

		assert_true(r == 0 || r == -EINVAL);
		if (cursors[i] > INT64_MAX)
			assert_int_equal(r, -EINVAL);
	}
	assert_false(op_rig_is_broken(&rig));
	op_rig_stop(&rig);
}

static void
a_malformed_read_directory_ends_the_conversation(void **state)
{
	struct psd_read_directory_req req = { .path = psd_str_of("/x") };

	(void)state;
	op_rig_check_malformed("AllowReadDirectory=%s", PSD_OP_read_directory,
	    &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_directory_comes_whole_in_batches),
		cmocka_unit_test(an_empty_directory_ends_at_once),
		cmocka_unit_test(what_is_not_granted_is_refused),
		cmocka_unit_test(
		    what_is_no_directory_or_a_link_to_one_is_an_error),
		cmocka_unit_test(a_cursor_that_was_made_up_harms_nobody),
		cmocka_unit_test(
		    a_malformed_read_directory_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
