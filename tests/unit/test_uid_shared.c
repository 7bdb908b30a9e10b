/* SPDX-License-Identifier: ISC */
/* Several daemons and monitors of a host never give the same uid. */
#include "daemon/uid.h"
#include "tests/support/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include <cmocka.h>

enum { FIRST = 1900060100, N = 4 };

/* Two of one process are as good as two of two: locks are of descriptions. */
static void
init_shared(struct psd_uid_range *range, const char *dir)
{
	struct psd_diag diag;
	char path[4096];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/uids", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	psd_diag_init(&diag);
	assert_int_equal(psd_uid_range_init(range, FIRST, N, &diag), 0);
	psd_diag_free(&diag);
	psd_uid_range_share(range, fd);
}

static void
a_shared_range_gives_each_uid_to_one(void **state)
{
	char *dir = test_dir_make();
	struct psd_uid_range ranges[2];
	bool seen[N] = { false };
	uid_t uid;

	(void)state;
	init_shared(&ranges[0], dir);
	init_shared(&ranges[1], dir);
	for (int i = 0; i < N; i++) {
		assert_int_equal(psd_uid_take(&ranges[i % 2], &uid), 0);
		assert_true(uid >= FIRST && uid < FIRST + N);
		assert_false(seen[uid - FIRST]);
		seen[uid - FIRST] = true;
	}
	assert_int_equal(psd_uid_take(&ranges[0], &uid), -EAGAIN);
	assert_int_equal(psd_uid_take(&ranges[1], &uid), -EAGAIN);
	/* What one gives back the other gets. */
	for (uint32_t i = 0; i < N; i++)
		if (ranges[0].states[i] != 0) {
			psd_uid_release(&ranges[0], FIRST + i);
			break;
		}
	assert_int_equal(psd_uid_take(&ranges[1], &uid), 0);
	/* And what one had when it ended. */
	psd_uid_range_free(&ranges[1]);
	assert_int_equal(psd_uid_take(&ranges[0], &uid), 0);
	psd_uid_range_free(&ranges[0]);
	test_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shared_range_gives_each_uid_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
