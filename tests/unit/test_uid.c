/* SPDX-License-Identifier: ISC */
/* No two processes of different helpers ever share a uid. */
#include "daemon/uid.h"
#include "daemon/uid_check.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { FIRST = 1900060000 };

#include "tests/unit/uid_fixture.h"

static void
each_uid_is_given_once(void **state)
{
	struct psd_uid_range range;
	bool seen[N] = { false };
	uid_t uid;

	(void)state;
	init(&range);
	for (int i = 0; i < N; i++) {
		assert_int_equal(psd_uid_take(&range, &uid), 0);
		assert_true(uid >= FIRST && uid < FIRST + N);
		assert_false(seen[uid - FIRST]);
		seen[uid - FIRST] = true;
	}
	assert_int_equal(psd_uid_take(&range, &uid), -EAGAIN);
	psd_uid_release(&range, FIRST + 2);
	assert_int_equal(psd_uid_take(&range, &uid), 0);
	assert_int_equal(uid, FIRST + 2);
	psd_uid_range_free(&range);
}

static void
released_uid_rests_as_long_as_others_are_free(void **state)
{
	struct psd_uid_range range;
	uid_t first, uid;

	(void)state;
	init(&range);
	assert_int_equal(psd_uid_take(&range, &first), 0);
	psd_uid_release(&range, first);
	for (int i = 1; i < N; i++) {
		assert_int_equal(psd_uid_take(&range, &uid), 0);
		assert_int_not_equal(uid, first);
	}
	psd_uid_range_free(&range);
}

static void
uid_that_a_process_has_is_passed_over(void **state)
{
	struct psd_uid_range range;
	const pid_t stranger = start_as(FIRST);
	uid_t uid;

	(void)state;
	init(&range);
	for (int i = 1; i < N; i++) {
		assert_int_equal(psd_uid_take(&range, &uid), 0);
		assert_int_not_equal(uid, FIRST);
	}
	assert_int_equal(psd_uid_take(&range, &uid), -EAGAIN);
	test_child_kill(stranger);
	assert_int_equal(psd_uid_take(&range, &uid), 0);
	assert_int_equal(uid, FIRST);
	psd_uid_range_free(&range);
}

/* Ranges against files. */
struct check {
	const char *map, *passwd, *subuid;
	uid_t first;
	uint32_t n;
	int result;
	const char *says;
};

static const char whole[] = "         0          0 4294967295\n";

static const struct check checks[] = {
	{ whole, "", "", 1900000000, 65536, 0, "" },
	{ whole, "", "", 100000, 0, -EINVAL, "must not be empty" },
	{ whole, "", "", 0, 10, -EINVAL, "must not" },
	{ whole, "", "", 65000, 1000, -EINVAL, "65534" },
	{ whole, "", "", 4294967290, 6, -EINVAL, "4294967295" },
	{ whole, "", "", 4294967290, 4294967295, -EINVAL, "4294967295" },
	{ "0 1000 1\n", "", "", 1900000000, 10, -EINVAL, "1900000000" },
	{ "0 100000 65536\n", "", "", 60000, 5534, 0, "" },
	{ "0 100000 65533\n", "", "", 60000, 5534, -EINVAL, "65533" },
	{ "0 0 10\n10 500 20\n", "", "", 5, 20, 0, "" },
	{ "0 0 10\n11 500 20\n", "", "", 5, 20, -EINVAL, "10" },
	{ "", "", "", 5, 20, -EINVAL, "5" },
	{ whole, "a:x:1900000009:5::/:/bin/sh\n", "", 1900000000, 10, -EINVAL,
	    "the user a has an id within UidRange=1900000000-1900000009" },
	{ whole, "a:x:5:1900000009::/:/bin/sh\n", "", 1900000000, 10, -EINVAL,
	    "user a " },
	{ whole, "a:x:1900000010:5::/:/bin/sh\n", "", 1900000000, 10, 0, "" },
	{ whole, "broken\n\na:x:1900000001:5::/:\n", "", 1900000000, 10,
	    -EINVAL, "user a " },
	{ whole, "", "joe:100000:65536\n", 165535, 10, -EINVAL,
	    "subuid:1: UidRange=165535-165544 overlaps ids that this line" },
	{ whole, "", "joe:100000:65536\n", 165536, 10, 0, "" },
	{ whole, "", "# no\njoe:100000:65536\n", 99999, 2, -EINVAL,
	    "subuid:2" },
	{ whole, "", "joe:100000:0\njoe\n:::\n", 99999, 2, 0, "" },
};

static void
range_that_belongs_to_others_is_refused(void **state)
{
	char *dir = test_dir_make();
	char map[256], passwd[256], subuid[256];
	const struct psd_uid_files files = { .uid_map = map,
		.gid_map = map,
		.passwd = passwd,
		.subuid = subuid,
		.subgid = "/no/such/file" };

	(void)state;
	(void)snprintf(map, sizeof(map), "%s/map", dir);
	(void)snprintf(passwd, sizeof(passwd), "%s/passwd", dir);
	(void)snprintf(subuid, sizeof(subuid), "%s/subuid", dir);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct check *check = &checks[i];
		struct psd_diag diag;
		int r;

		psd_diag_init(&diag);
		assert_int_equal(test_dir_write(dir, "map", check->map), 0);
		assert_int_equal(test_dir_write(dir, "passwd", check->passwd),
		    0);
		assert_int_equal(test_dir_write(dir, "subuid", check->subuid),
		    0);
		r = psd_uid_check_files(&files, check->first, check->n, &diag);
		if (r != check->result ||
		    (r < 0 && strstr(diag.text, check->says) == NULL))
			fail_msg("check %zu: %d, %s", i, r,
			    diag.text == NULL ? "nothing said" : diag.text);
		psd_diag_free(&diag);
	}
	test_dir_remove(dir);
}

static void
range_that_cannot_be_checked_is_refused(void **state)
{
	const struct psd_uid_files files = { .uid_map = "/no/such/file",
		.gid_map = "/no/such/file",
		.passwd = "/no/such/file",
		.subuid = "/no/such/file",
		.subgid = "/no/such/file" };
	struct psd_diag diag;

	(void)state;
	psd_diag_init(&diag);
	assert_int_equal(psd_uid_check_files(&files, 1900000000, 10, &diag),
	    -EINVAL);
	assert_non_null(strstr(diag.text,
	    "/no/such/file: cannot be read (errno 2), so UidRange= cannot "
	    "be checked"));
	psd_diag_free(&diag);
}

static void
default_range_is_free_here(void **state)
{
	struct psd_diag diag;

	(void)state;
	psd_diag_init(&diag);
	assert_int_equal(psd_uid_check(PSD_UID_FIRST, PSD_UIDS, &diag), 0);
	psd_diag_free(&diag);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_uid_is_given_once),
		cmocka_unit_test(released_uid_rests_as_long_as_others_are_free),
		cmocka_unit_test(uid_that_a_process_has_is_passed_over),
		cmocka_unit_test(range_that_belongs_to_others_is_refused),
		cmocka_unit_test(range_that_cannot_be_checked_is_refused),
		cmocka_unit_test(default_range_is_free_here),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP not root: no other uid can be had");
		return 77;
	}
	if (test_under_valgrind()) {
		puts("1..0 # SKIP children are killed from outside");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
