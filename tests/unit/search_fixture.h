/* SPDX-License-Identifier: ISC */
#ifndef TEST_SEARCH_FIXTURE_H
#define TEST_SEARCH_FIXTURE_H

/* A search path for policies, made for one test. */

#include "common/mem.h"
#include "policy/load.h"
#include "tests/support/dir.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Three directories of a search path, the first one counting most. */
struct search {
	char *base;
	char path[3][4096];
	const char *dirs[5]; /* with one that does not exist */
};

static inline void
make_directory(const char *path)
{
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static inline int
set_up(void **state)
{
	static struct search search;

	search.base = test_dir_make();
	assert_non_null(search.base);
	for (size_t i = 0; i < PSD_ELEMENTS(search.path); i++) {
		char dropins[4200];

		snprintf(search.path[i], sizeof(search.path[i]), "%s/%zu",
		    search.base, i);
		make_directory(search.path[i]);
		snprintf(dropins, sizeof(dropins), "%s/www.policy.d",
		    search.path[i]);
		make_directory(dropins);
	}
	search.dirs[0] = search.path[0];
	search.dirs[1] = "/nonexistent/privsepd";
	search.dirs[2] = search.path[1];
	search.dirs[3] = search.path[2];
	search.dirs[4] = NULL;
	*state = &search;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct search *search = *state;

	test_dir_remove(search->base);
	return 0;
}

static inline void
put(const struct search *search, size_t dir, const char *name, const char *text)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", search->path[dir], name);
	assert_int_equal(test_dir_write(search->path[dir], name, text), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static inline void
mask(const struct search *search, size_t dir, const char *name)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", search->path[dir], name);
	assert_int_equal(symlink("/dev/null", path), 0);
}

#endif
