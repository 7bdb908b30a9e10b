/* SPDX-License-Identifier: ISC */
#ifndef LIBC_TREE_FIXTURE_H
#define LIBC_TREE_FIXTURE_H

/* Trees of files that are alike, and a look whether they still are. */
#include "common/mem.h"
#include "tests/support/dir.h"

#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ENTRIES = 12, TREE_MAX = 64 };

static void
make_thing(const char *dir, const char *name, const char *target)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(symlink(target, path), 0);
}

/* The same things in two directories. */
static void
make_tree(const char *dir)
{
	char path[PATH_MAX];

	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(test_dir_write(dir, "file", "content"), 0);
	assert_int_equal(test_dir_write(dir, "taken", "taken"), 0);
	(void)snprintf(path, sizeof(path), "%s/directory", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/full", dir);
	assert_int_equal(mkdir(path, 0711), 0);
	for (int i = 0; i < ENTRIES; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "entry-%d", i);
		assert_int_equal(test_dir_write(path, name, ""), 0);
	}
	(void)snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	make_thing(dir, "link", "file");
	make_thing(dir, "dirlink", "directory");
	make_thing(dir, "dangling", "none");
	make_thing(dir, "loop", "loop");
}

static FILE *tree;
static size_t tree_root;

static int
tell_one(const char *path, const struct stat *status, int type,
    struct FTW *where)
{
	const bool is_dir = S_ISDIR(status->st_mode);

	(void)type;
	(void)where;
	(void)fprintf(tree, "%s %o %u %lu %ld\n", path + tree_root,
	    status->st_mode, status->st_uid, (unsigned long)status->st_nlink,
	    is_dir ? 0L : (long)status->st_size);
	return 0;
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The tree in an order of its own, for the caller to free. */
static char *
tell_tree(const char *dir)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *lines[TREE_MAX], *sorted = NULL;
	size_t size, n = 0;

	tree_root = strlen(dir);
	tree = open_memstream(&text, &size);
	assert_non_null(tree);
	assert_int_equal(nftw(dir, tell_one, 16, FTW_PHYS), 0);
	assert_int_equal(fclose(tree), 0);
	rest = text;
	while (n < TREE_MAX && (lines[n] = strsep(&rest, "\n")) != NULL)
		n++;
	qsort(lines, n, sizeof(lines[0]), compare_lines);
	tree = open_memstream(&sorted, &size);
	assert_non_null(tree);
	for (size_t i = 0; i < n; i++)
		(void)fprintf(tree, "%s\n", lines[i]);
	assert_int_equal(fclose(tree), 0);
	return sorted;
}

#endif
