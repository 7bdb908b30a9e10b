/* SPDX-License-Identifier: ISC */
/*
 * More changes of leaves than the kernel keeps for us.  Directories with files
 * in them stand for the groups.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/cgroup.h"
#include "daemon/cgroup_watch.h"
#include "tests/support/child.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 2, ROUNDS_MAX = 1 << 20 };

static const char *const files[FILES] = { "cgroup.events", "pids.events" };
static const enum psd_leaf_file kinds[FILES] = { PSD_LEAF_POPULATED,
	PSD_LEAF_PIDS };
static struct psd_cgroup cgroup = { .base_fd = PSD_NO_FD };
static unsigned told[2];

static void
make_leaf(uint32_t place)
{
	struct psd_leaf leaf = { .fd = PSD_NO_FD };
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/instance-%u", dir, place);
	assert_int_equal(mkdir(path, 0755), 0);
	leaf.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(leaf.fd >= 0);
	for (size_t i = 0; i < FILES; i++)
		psd_fd_close(openat(leaf.fd, files[i],
		    O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	assert_int_equal(psd_cgroup_leaf_adopt(&cgroup, place, &leaf), 0);
}

static void
count(void *cookie, int leaf, enum psd_leaf_file file)
{
	(void)cookie;
	(void)file;
	told[leaf]++;
}

/* As many changes of the first leaf; one like that before it is the same. */
static void
flood(unsigned n)
{
	int fds[FILES];

	for (size_t i = 0; i < FILES; i++)
		fds[i] =
		    openat(cgroup.leaves[0].fd, files[i], O_RDWR | O_CLOEXEC);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(pwrite(fds[i % FILES], "x", 1, 0), 1);
	for (size_t i = 0; i < FILES; i++)
		psd_fd_close(fds[i]);
}

/* How many the kernel keeps of one who watches. */
static unsigned
kept(void)
{
	FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
	unsigned n = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%u", &n), 1);
	(void)fclose(file);
	return n;
}

static void
hear(void)
{
	const int fd = psd_cgroup_watch_fd(&cgroup);

	while (test_poll(fd, POLLIN, 0) != 0)
		psd_cgroup_changes(&cgroup, count, NULL);
}

static void
leaf_that_is_not_watched_has_no_changes(void **state)
{
	(void)state;
	assert_int_equal(psd_cgroup_watch_fd(&cgroup), PSD_NO_FD);
	psd_cgroup_changes(&cgroup, count, NULL);
	assert_int_equal(told[0], 0);
	make_leaf(0);
	assert_int_equal(psd_cgroup_watch(&cgroup, 0, PSD_LEAF_MEMORY),
	    -ENOENT);
	make_leaf(1);
}

static void
change_is_told_of_its_leaf_alone(void **state)
{
	(void)state;
	for (int i = 0; i < FILES; i++)
		assert_int_equal(psd_cgroup_watch(&cgroup, 0, kinds[i]), 0);
	/* Once is enough. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(psd_cgroup_watch(&cgroup, 1, kinds[0]), 0);
	flood(4);
	hear();
	assert_int_equal(told[0], 4);
	assert_int_equal(told[1], 0);
}

static void
when_changes_were_lost_every_leaf_has_changed(void **state)
{
	const unsigned n = kept() + 2;

	(void)state;
	if (n > ROUNDS_MAX)
		skip();
	flood(n);
	hear();
	assert_int_equal(told[1], 1);
}

static int
end(void **state)
{
	psd_cgroup_close(&cgroup);
	return remove_dir(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_that_is_not_watched_has_no_changes),
		cmocka_unit_test(change_is_told_of_its_leaf_alone),
		cmocka_unit_test(when_changes_were_lost_every_leaf_has_changed),
	};

	return cmocka_run_group_tests(tests, make_dir, end);
}
