/* SPDX-License-Identifier: ISC */
/*
 * Leaves that are refused, cannot be limited or emptied.  A directory with
 * files in it stands for the group, so that it needs no controllers.
 */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/cgroup.h"
#include "daemon/cgroup_file.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MEMORY = 64 << 20, TASKS = 3, SHORT = 3 };

static struct psd_cgroup cgroup;

static int
begin(void **state)
{
	if (make_dir(state) != 0)
		return -1;
	cgroup = (struct psd_cgroup){ .has_memory = true, .has_pids = true };
	cgroup.base_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return cgroup.base_fd < 0 ? -1 : 0;
}

static int
end(void **state)
{
	psd_cgroup_close(&cgroup);
	return remove_dir(state);
}

/* A leaf's directory with these files in it, the last of which is NULL. */
static int
make_group(uint32_t place, const char *const *files)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "instance-%u", place);
	assert_int_equal(mkdirat(cgroup.base_fd, path, 0755), 0);
	fd = openat(cgroup.base_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (; files != NULL && *files != NULL; files++)
		psd_fd_close(
		    openat(fd, *files, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	return fd;
}

static int
adopt(uint32_t place, int fd, bool is_spare, bool is_doomed)
{
	const struct psd_leaf leaf = { .fd = fd,
		.is_spare = is_spare,
		.is_doomed = is_doomed };

	return psd_cgroup_leaf_adopt(&cgroup, place, &leaf);
}

static void
expect_text(int leaf, const char *name, const char *want)
{
	_cleanup_fd_ int fd = openat(psd_cgroup_leaf_fd(&cgroup, leaf), name,
	    O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, want);
}

static void
leaf_without_a_place_is_refused_and_closed(void **state)
{
	static const struct {
		uint32_t place;
		bool is_spare, is_doomed;
		int result;
	} rows[] = {
		{ 70, false, true, 0 },
		{ 70, false, false, -EEXIST },
		{ PSD_LEAVES_MAX, false, false, -ENOSPC },
		{ 1, true, true, -ENOSPC },
	};
	size_t fds;

	(void)state;
	for (uint32_t i = 0; i < PSD_SPARE_LEAVES; i++)
		assert_int_equal(adopt(i + 2, make_group(i + 2, NULL), true,
				     false),
		    0);
	fds = test_fds_count();
	assert_int_equal(adopt(80, dup(cgroup.base_fd), true, false), -ENOSPC);
	assert_int_equal(test_fds_count(), fds);
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++)
		assert_int_equal(adopt(rows[i].place, dup(cgroup.base_fd),
				     rows[i].is_spare, rows[i].is_doomed),
		    rows[i].result);
	assert_int_equal(test_fds_count(), fds + 1);
	assert_int_equal(cgroup.n_doomed, 1);
	assert_int_equal(cgroup.n_spare, PSD_SPARE_LEAVES);
}

/* Spare and doomed ones are nobody's. */
static void
leaf_is_an_instance_s_from_its_making_to_its_removal(void **state)
{
	static const char *const busy[] = { "busy", NULL };
	int leaf;

	(void)state;
	cgroup.has_memory = false;
	cgroup.has_pids = false;
	assert_int_equal(adopt(5, make_group(5, busy), true, false), 0);
	assert_false(psd_cgroup_has_leaf(&cgroup, -1));
	assert_false(psd_cgroup_has_leaf(&cgroup, 4));
	assert_false(psd_cgroup_has_leaf(&cgroup, 5));
	assert_false(psd_cgroup_has_leaf(&cgroup, 5000));
	leaf = psd_cgroup_leaf_make(&cgroup, MEMORY, TASKS);
	assert_int_equal(leaf, 5);
	assert_true(psd_cgroup_has_leaf(&cgroup, 5));
	psd_cgroup_leaf_remove(&cgroup, 5);
	assert_false(psd_cgroup_has_leaf(&cgroup, 5));
	/* A sweep takes it as soon as it can, and no other. */
	leaf = psd_cgroup_leaf_make(&cgroup, MEMORY, TASKS);
	psd_cgroup_sweep(&cgroup);
	assert_int_equal(cgroup.n_doomed, 1);
	assert_int_equal(unlinkat(psd_cgroup_leaf_fd(&cgroup, 5), "busy", 0),
	    0);
	psd_cgroup_sweep(&cgroup);
	assert_int_equal(cgroup.n_doomed, 0);
	psd_cgroup_sweep(&cgroup);
	assert_true(psd_cgroup_has_leaf(&cgroup, leaf));
	psd_cgroup_leaf_remove(&cgroup, leaf);
}

static void
limits_are_written_before_anybody_is_in_the_leaf(void **state)
{
	static const char *const files[] = { "memory.max", "memory.swap.max",
		"pids.max", NULL };
	int leaf;

	(void)state;
	assert_int_equal(adopt(0, make_group(0, files), true, false), 0);
	leaf = psd_cgroup_leaf_make(&cgroup, MEMORY, TASKS);
	assert_int_equal(leaf, 0);
	expect_text(leaf, "memory.max", "67108864");
	expect_text(leaf, "memory.swap.max", "0");
	expect_text(leaf, "pids.max", "3");
}

static void
leaf_that_cannot_be_limited_is_given_to_nobody(void **state)
{
	static const char *const no_pids[] = { "memory.max", NULL };

	(void)state;
	assert_int_equal(psd_cgroup_leaf_make(&cgroup, MEMORY, UINT32_MAX),
	    -ENOENT);
	assert_int_equal(psd_cgroup_leaf_make(&cgroup, UINT64_MAX, TASKS),
	    -ENOENT);
	assert_int_equal(cgroup.n_doomed, 0);
	assert_int_equal(adopt(9, make_group(9, no_pids), true, false), 0);
	assert_int_equal(psd_cgroup_leaf_make(&cgroup, MEMORY, TASKS), -ENOENT);
	assert_int_equal(cgroup.n_doomed, 1);
	assert_false(psd_cgroup_has_leaf(&cgroup, 9));
}

static void
leaves_have_a_last_place(void **state)
{
	struct psd_cgroup full = { .base_fd = cgroup.base_fd,
		.n_leaves = PSD_LEAVES_MAX };

	(void)state;
	full.leaves = calloc(PSD_LEAVES_MAX, sizeof(*full.leaves));
	assert_non_null(full.leaves);
	assert_int_equal(psd_cgroup_leaf_make(&full, UINT64_MAX, UINT32_MAX),
	    -ENOSPC);
	assert_int_equal(psd_cgroup_spare_make(&full), -ENOSPC);
	free(full.leaves);
}

static int
write_with_little_room(void *argument)
{
	const struct rlimit limit = { SHORT, SHORT };
	const int *fd = argument;

	TEST_EXPECT(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	TEST_EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	TEST_EXPECT(psd_cgroup_write(*fd, "memory.max", "67108864") == -EIO);
	return 0;
}

/* Half a number would be another limit. */
static void
limit_that_is_written_in_part_is_none(void **state)
{
	static const char *const files[] = { "memory.max", NULL };
	int fd = make_group(0, files);

	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(write_with_little_room, &fd)),
	    0);
	psd_fd_close(fd);
}

/* Neither whom our pid namespace does not show, nor who has gone. */
static void
nobody_is_killed_who_cannot_be_named(void **state)
{
	static const char *const files[] = { "cgroup.procs", NULL };
	static const char nobody[] = "0\n4194304\n1";
	_cleanup_fd_ int fd = make_group(0, files);
	_cleanup_fd_ int unreadable = make_group(1, NULL);

	(void)state;
	assert_int_equal(psd_cgroup_write(fd, "cgroup.procs", nobody), 0);
	assert_int_equal(psd_cgroup_kill(fd), 0);
	assert_int_equal(psd_cgroup_kill(unreadable), -ENOENT);
	assert_int_equal(mkdirat(unreadable, "cgroup.procs", 0755), 0);
	assert_int_equal(psd_cgroup_kill(unreadable), -EISDIR);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(leaf_without_a_place_is_refused_and_closed),
		CASE(leaf_is_an_instance_s_from_its_making_to_its_removal),
		CASE(limits_are_written_before_anybody_is_in_the_leaf),
		CASE(leaf_that_cannot_be_limited_is_given_to_nobody),
		CASE(leaves_have_a_last_place),
		CASE(limit_that_is_written_in_part_is_none),
		CASE(nobody_is_killed_who_cannot_be_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
