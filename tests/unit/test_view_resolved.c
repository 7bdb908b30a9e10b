/* SPDX-License-Identifier: ISC */
/* Where a view's words lead, and which lead nowhere. */
#include "common/fd.h"
#include "common/mem.h"
#include "daemon/keeper_view.h"
#include "policy/view.h"
#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/expect.h"
#include "tests/unit/dir_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef SYS_readlink
enum { READLINK = SYS_readlink };
#else
enum { READLINK = SYS_readlinkat };
#endif

enum { LONG = 2 * PATH_MAX, ALMOST = PATH_MAX + 64 };

static struct psd_view view;

static int
resolve(const char *text, uint32_t access_flags)
{
	struct psd_word word = { .text = text, .access = access_flags };
	const struct psd_words words = { &word, 1 };

	return psd_view_resolve(&words, &view);
}

static void
forget(void)
{
	for (size_t i = 0; i < view.n; i++) {
		free(view.at[i].path);
		free(view.at[i].target);
		psd_fd_cleanup(&view.at[i].fd);
	}
	view.n = 0;
}

static const struct psd_view_item *
find(const char *path)
{
	for (size_t i = 0; i < view.n; i++)
		if (strcmp(view.at[i].path, path) == 0)
			return &view.at[i];
	return NULL;
}

/* A path below the test's directory; valid until the next but three. */
static const char *
at(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned last;
	char *path = paths[++last % 4];

	(void)snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return path;
}

static void
dots_slashes_and_links_are_followed_to_what_is_there(void **state)
{
	const char *text = at("./a/..//a/./link/../file");
	const struct psd_view_item *link;

	(void)state;
	assert_int_equal(mkdir(at("a"), 0755), 0);
	assert_int_equal(mkdir(at("b"), 0755), 0);
	assert_int_equal(mkdir(at("b/deep"), 0755), 0);
	assert_int_equal(symlink("../b/./deep/", at("a/link")), 0);
	assert_int_equal(test_dir_write(dir, "b/file", "text\n"), 0);
	/* ".." is that of what the link leads to, or of what one writes. */
	assert_int_equal(resolve(at("a/link"), 0), 0);
	link = find(at("a/link"));
	assert_non_null(link);
	assert_string_equal(link != NULL ? link->target : "", "../b/./deep/");
	assert_non_null(find(at("b/deep")));
	forget();
	assert_int_equal(resolve(text, 0), 0);
	assert_null(find(at("b/file")));
	forget();
	assert_int_equal(resolve(at("a/link/../../b/file"), 0), 0);
	assert_non_null(find(at("b/file")));
	forget();
	/* The whole file system is nothing that could be put into a root. */
	assert_int_equal(resolve("/../..", 0), 0);
	assert_int_equal(view.n, 0);
}

static void
word_that_leads_nowhere_is_refused_or_left_out(void **state)
{
	static char far[LONG], almost[ALMOST];
	const struct {
		const char *text;
		uint32_t access;
		int result;
	} rows[] = {
		{ far, 0, -ENAMETOOLONG },
		{ almost, 0, -ENAMETOOLONG },
		{ at("self"), 0, -ELOOP },
		{ at("dir"), PSD_ACCESS_READ, -EISDIR },
		{ at("missing"), 0, 0 },
		{ at("plain/below"), 0, 0 },
	};

	(void)state;
	memset(far, 'x', sizeof(far) - 1);
	memset(almost, 'x', sizeof(almost) - 1);
	assert_int_equal(symlink("self", at("self")), 0);
	assert_int_equal(mkdir(at("dir"), 0755), 0);
	assert_int_equal(test_dir_write(dir, "plain", "text\n"), 0);
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++) {
		const int r = resolve(rows[i].text, rows[i].access);

		if (r != rows[i].result)
			fail_msg("row %zu: %d", i, r);
		forget();
	}
}

static void
view_of_too_many_paths_is_refused(void **state)
{
	static struct psd_word words[PSD_VIEW_ITEMS_MAX + 1];
	static char texts[PSD_VIEW_ITEMS_MAX + 1][256];
	struct psd_words all = { words, PSD_VIEW_ITEMS_MAX };

	(void)state;
	for (size_t i = 0; i <= PSD_VIEW_ITEMS_MAX; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%s/%zu", dir, i);
		assert_int_equal(mkdir(texts[i], 0755), 0);
		words[i].text = texts[i];
	}
	assert_int_equal(psd_view_resolve(&all, &view), 0);
	assert_int_equal(view.n, PSD_VIEW_ITEMS_MAX);
	forget();
	all.n++;
	assert_int_equal(psd_view_resolve(&all, &view), -E2BIG);
	forget();
	/* A directory of each instance's own takes two. */
	words[PSD_VIEW_ITEMS_MAX].is_temporary = true;
	assert_int_equal(psd_view_resolve(&all, &view), -E2BIG);
	forget();
	words[0] = words[PSD_VIEW_ITEMS_MAX];
	all.n = PSD_VIEW_ITEMS_MAX;
	assert_int_equal(psd_view_resolve(&all, &view), -E2BIG);
	forget();
}

static int
resolve_without(void *argument)
{
	const int *row = argument;

	TEST_EXPECT(test_deny(row[0], row[1]) == 0);
	TEST_EXPECT(resolve("/usr", 0) == -row[1]);
	return 0;
}

static void
what_cannot_be_looked_at_is_told(void **state)
{
	static int rows[][2] = { { SYS_openat, EMFILE }, { READLINK, EACCES } };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++)
		assert_int_equal(test_child_exit_status(
				     test_child_start(resolve_without,
					 rows[i])),
		    0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(dots_slashes_and_links_are_followed_to_what_is_there),
		CASE(word_that_leads_nowhere_is_refused_or_left_out),
		CASE(view_of_too_many_paths_is_refused),
		CASE(what_cannot_be_looked_at_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
