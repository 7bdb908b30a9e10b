/* SPDX-License-Identifier: ISC */
/*
 * The kernel does not tell whether ".." left a directory while anything at all
 * was renamed on the machine, and says EAGAIN (openat2(2)).  Who is granted a
 * file gets it all the same.
 */
#include "tests/op/open_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

enum { TRIES = 20000 };

struct renaming {
	int dir_fd;
	atomic_bool is_over;
	unsigned long n;
};

static void *
rename_for_ever(void *argument)
{
	struct renaming *renaming = argument;

	while (!atomic_load(&renaming->is_over)) {
		if (renameat(renaming->dir_fd, "a", renaming->dir_fd, "b") < 0)
			break;
		if (renameat(renaming->dir_fd, "b", renaming->dir_fd, "a") < 0)
			break;
		renaming->n++;
	}
	return NULL;
}

static void
link_upwards_is_followed_beside_renames_elsewhere(void **state)
{
	char *other = test_dir_make();
	struct renaming renaming = { .dir_fd = PSD_NO_FD };
	struct op_rig rig;
	pthread_t thread;

	(void)state;
	op_rig_start(&rig, NULL, "AllowOpen=read %s/** follow");
	put(&rig, "file", "kept");
	assert_int_equal(mkdir(op_rig_path(&rig, "sub").at, 0755), 0);
	assert_int_equal(symlink("../sub/../sub/../file",
			     op_rig_path(&rig, "sub/link").at),
	    0);
	assert_int_equal(test_dir_write(other, "a", ""), 0);
	renaming.dir_fd = open(other, O_DIRECTORY | O_CLOEXEC);
	assert_true(renaming.dir_fd >= 0);
	assert_int_equal(pthread_create(&thread, NULL, rename_for_ever,
			     &renaming),
	    0);
	for (size_t i = 0; i < TRIES; i++) {
		const int fd = open_name(&rig, PSD_ACCESS_READ, "sub/link");

		if (fd < 0)
			fail_msg("open %zu: %d", i, fd);
		psd_fd_close(fd);
	}
	atomic_store(&renaming.is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(renaming.n > 0);
	psd_fd_close(renaming.dir_fd);
	test_dir_remove(other);
	op_rig_stop(&rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    link_upwards_is_followed_beside_renames_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
