/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/glob.h"
#include "policy/path.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct match {
	const char *glob;
	const char *path;
	bool covers;
};

static bool
covers(const char *glob, const char *path)
{
	return psd_glob_match(glob, path, strlen(path));
}

static void
patterns_cover_by_component(void **state)
{
	static const struct match cases[] = {
		{ "/", "/", true },
		{ "/", "/a", false },
		{ "/a", "/", false },
		{ "/a", "/a", true },
		{ "/a", "/ab", false },
		{ "/a", "/a/b", false },
		{ "/a/b", "/a", false },
		{ "/srv/www", "/srv/wwwX", false },
		{ "/*", "/", false },
		{ "/*", "/a", true },
		{ "/*", "/a/b", false },
		{ "/a/*", "/a", false },
		{ "/a/*.c", "/a/x.c", true },
		{ "/a/*.c", "/a/.c", true },
		{ "/a/*.c", "/a/x.h", false },
		{ "/a/*.c", "/a/b/x.c", false },
		{ "/a/?", "/a/b", true },
		{ "/a/?", "/a/bc", false },
		/* Byte by byte, in the C locale. */
		{ "/a/?", "/a/\xc3\xa4", false },
		{ "/a/??", "/a/\xc3\xa4", true },
		{ "/\xc3\xa4", "/\xc3\xa4", true },
		{ "/a*b*c", "/axxbyyc", true },
		{ "/a*b*c", "/axxbyy", false },
		{ "/a*b*c", "/abcbc", true },
		{ "/*a*", "/bab", true },
		/* A dot is nothing special. */
		{ "/*", "/.hidden", true },
		{ "/?x", "/.x", true },
		{ "/**/.*", "/a/b/.git", true },
		{ "/**/.*", "/a/.git/config", false },
		{ "/**/.*/**", "/a/.git/config", true },
		{ "/**/.*/**", "/a/.git", true },
		{ "/**/.*/**", "/a/git/config", false },
		/* Neither is a backslash. */
		{ "/a\\*", "/a*", false },
		{ "/a\\*", "/a\\b", true },
		{ "/[a-c]x", "/bx", true },
		{ "/[a-c]x", "/dx", false },
		{ "/[!a-c]x", "/dx", true },
		{ "/[^a-c]x", "/bx", false },
		{ "/[]x]", "/]", true },
		{ "/[!]x]", "/]", false },
		{ "/[a-]", "/-", true },
		{ "/[[:digit:][:upper:]]", "/7", true },
		{ "/[[:digit:][:upper:]]", "/G", true },
		{ "/[[:digit:][:upper:]]", "/g", false },
		{ "/[*]", "/*", true },
		{ "/[*]", "/a", false },
		{ "/[[]", "/[", true },
		{ "/a*[0-9]", "/ab12", true },
		{ "/a*[0-9]", "/ab12c", false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_null(psd_glob_wrong(cases[i].glob));
		if (covers(cases[i].glob, cases[i].path) != cases[i].covers)
			fail_msg("%s and %s", cases[i].glob, cases[i].path);
	}
}

static void
double_star_covers_any_depth(void **state)
{
	static const struct match cases[] = {
		{ "/**", "/", true },
		{ "/**", "/a/b/c", true },
		{ "/a/**", "/a", true },
		{ "/a/**", "/a/b", true },
		{ "/a/**", "/a/b/c", true },
		{ "/a/**", "/ab", false },
		{ "/a/**/z", "/a/z", true },
		{ "/a/**/z", "/a/b/c/z", true },
		{ "/a/**/z", "/a/b/c/zz", false },
		{ "/a/**/z", "/a/z/b", false },
		{ "/**/b/**/d", "/a/b/c/b/d", true },
		{ "/**/b/**/d", "/a/b/c/d/e", false },
		{ "/**/**", "/a", true },
		{ "/**/*", "/", false },
		{ "/**/*", "/a/b", true },
		{ "/**/a/*/c", "/a/a/b/c", true },
		{ "/**/x*", "/a/xb/c/xd", true },
		{ "/a/*/**", "/a", false },
		{ "/a/*/**", "/a/b", true },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_null(psd_glob_wrong(cases[i].glob));
		if (covers(cases[i].glob, cases[i].path) != cases[i].covers)
			fail_msg("%s and %s", cases[i].glob, cases[i].path);
	}
}

static void
path_that_is_not_normal_is_never_covered(void **state)
{
	static const char *const paths[] = { "", "a", "a/b", "./a", "//", "//a",
		"/a/", "/a//b", "/.", "/..", "/a/.", "/a/..", "/a/./b",
		"/a/../b", "/../a", "/./a", "/a/b/..", "/a/b/" };
	static const char *const good[] = { "/", "/a", "/...", "/.a", "/a.",
		"/..a", "/a..", "/a/...", "/a\nb", "/\xff\xfe", "/ ", "/-" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++) {
		assert_false(psd_path_is_normal(paths[i], strlen(paths[i])));
		assert_false(covers("/**", paths[i]));
	}
	for (size_t i = 0; i < PSD_ELEMENTS(good); i++)
		assert_true(covers("/**", good[i]));
	/* What is behind a NUL must not be lost. */
	assert_false(psd_glob_match("/**", "/a\0b", 4));
	assert_false(psd_glob_match("/a", "/a\0/../b", 8));
}

static void
path_of_too_many_components_is_never_covered(void **state)
{
	char path[2 * PSD_GLOB_COMPONENTS_MAX + 3];

	(void)state;
	for (size_t i = 0; i <= PSD_GLOB_COMPONENTS_MAX; i++)
		memcpy(path + 2 * i, "/a", 3);
	assert_false(covers("/**", path));
	assert_non_null(psd_glob_wrong(path));
	path[2 * PSD_GLOB_COMPONENTS_MAX] = '\0';
	assert_true(covers("/**", path));
	assert_true(covers(path, path));
	assert_null(psd_glob_wrong(path));
}

static void
malformed_patterns_are_refused(void **state)
{
	static const char *const globs[] = { "", "a", "a/b", "*", "**", "~",
		"./a", "../a", "//", "/a/", "/a//b", "/a/./b", "/a/../b", "/.",
		"/..", "/a/..", "/a**", "/**a", "/a/***", "/**.c", "/[", "/[a",
		"/[]", "/[!]", "/[^", "/a[b/c]", "/[z-a]", "/[a-[]",
		"/[[:no:]]", "/[[:digit:]", "/[[:digit]]", "/[[=a=]]",
		"/[[.a.]]", "/**/", "/a/*/" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(globs); i++)
		if (psd_glob_wrong(globs[i]) == NULL)
			fail_msg("%s", globs[i]);
}

/* Writes piece n times, then end, into ret. */
static void
repeat(char *ret, size_t size, const char *piece, size_t n, const char *end)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(ret + len, size - len, "%s", piece);
	(void)snprintf(ret + len, size - len, "%s", end);
}

/* A matcher that tries every place for every star would never come back. */
static void
hostile_paths_cost_a_bounded_amount(void **state)
{
	static char glob[2048], path[4096];

	(void)state;
	glob[0] = '/';
	repeat(glob + 1, sizeof(glob) - 1, "a*", 500, "b");
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	assert_null(psd_glob_wrong(glob));
	for (int i = 0; i < 100; i++)
		assert_false(covers(glob, path));
	repeat(glob, sizeof(glob), "/**/a", 60, "/b");
	repeat(path, sizeof(path), "/a", PSD_GLOB_COMPONENTS_MAX, "");
	assert_null(psd_glob_wrong(glob));
	for (int i = 0; i < 100; i++)
		assert_false(covers(glob, path));
}

static char
pick(const char *from)
{
	return from[(size_t)rand() % strlen(from)];
}

/* One component of random characters, of which the pattern's are special. */
static void
make_component(char *ret, size_t len, const char *from)
{
	ret[0] = '/';
	for (size_t i = 1; i <= len; i++)
		ret[i] = pick(from);
	ret[len + 1] = '\0';
}

static void
components_match_as_fnmatch_says(void **state)
{
	char glob[16], path[16];
	unsigned int matched = 0;

	(void)state;
	srand(1);
	for (int i = 0; i < 200000; i++) {
		bool expected;

		make_component(glob, 1 + (size_t)rand() % 8, "abc*?[]-!^.\\");
		make_component(path, 1 + (size_t)rand() % 6, "abc]-[!^.\\");
		if (psd_glob_wrong(glob) != NULL ||
		    !psd_path_is_normal(path, strlen(path)) ||
		    strcmp(glob, "/**") == 0)
			continue;
		expected =
		    fnmatch(glob, path, FNM_PATHNAME | FNM_NOESCAPE) == 0;
		matched += expected;
		if (covers(glob, path) != expected)
			fail_msg("%s and %s", glob, path);
	}
	assert_true(matched > 1000);
}

struct prefix {
	const char *glob;
	size_t literal;
	size_t directory;
};

static void
directory_of_a_pattern_ends_before_its_first_wildcard(void **state)
{
	static const struct prefix cases[] = {
		{ "/", 1, 1 },
		{ "/a", 2, 1 },
		{ "/a/b", 4, 2 },
		{ "/*", 1, 1 },
		{ "/a*", 1, 1 },
		{ "/**", 1, 1 },
		{ "/a/**", 2, 2 },
		{ "/a/b*/c", 2, 2 },
		{ "/a/b/?", 4, 4 },
		{ "/a/b/[x]/**", 4, 4 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_int_equal(psd_glob_literal_len(cases[i].glob),
		    cases[i].literal);
		assert_int_equal(psd_glob_directory_len(cases[i].glob),
		    cases[i].directory);
	}
}

static void
quoted_path_is_the_only_one_its_pattern_covers(void **state)
{
	static const char *const paths[] = { "/", "/a", "/*", "/**", "/a?b/[x]",
		"/[!a]", "/]", "/[", "/a\\*" };
	char glob[PSD_GLOB_MAX + 1];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++) {
		psd_glob_quote(paths[i], strlen(paths[i]), glob);
		assert_null(psd_glob_wrong(glob));
		for (size_t k = 0; k < PSD_ELEMENTS(paths); k++)
			assert_int_equal(covers(glob, paths[k]), i == k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_cover_by_component),
		cmocka_unit_test(double_star_covers_any_depth),
		cmocka_unit_test(path_that_is_not_normal_is_never_covered),
		cmocka_unit_test(path_of_too_many_components_is_never_covered),
		cmocka_unit_test(malformed_patterns_are_refused),
		cmocka_unit_test(hostile_paths_cost_a_bounded_amount),
		cmocka_unit_test(components_match_as_fnmatch_says),
		cmocka_unit_test(
		    directory_of_a_pattern_ends_before_its_first_wildcard),
		cmocka_unit_test(
		    quoted_path_is_the_only_one_its_pattern_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
