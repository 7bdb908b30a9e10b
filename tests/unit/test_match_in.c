/* SPDX-License-Identifier: ISC */
/*
 * A pattern whose directory is known covers what it covers without that.
 */
#include "common/mem.h"
#include "policy/glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 200000, PARTS_MAX = 4, ROOM = 64 };

/* Up to four components, each of one of n texts. */
static void
make(char *ret, const char *const *texts, size_t n)
{
	const size_t n_parts = (size_t)rand() % (PARTS_MAX + 1);
	size_t len = 0;

	(void)snprintf(ret, ROOM, "/");
	for (size_t i = 0; i < n_parts; i++)
		len += (size_t)snprintf(ret + len, ROOM - len, "/%s",
		    texts[(size_t)rand() % n]);
}

/* As if no more than a part of the directory were known, and all of it. */
static void
compare(const char *glob, const char *path, bool is_covered)
{
	const size_t dir_len = psd_glob_directory_len(glob);

	for (size_t known = 1; known <= dir_len; known++)
		if ((known == 1 || glob[known] == '/') &&
		    psd_glob_match_in(glob, known, path, strlen(path)) !=
			is_covered)
			fail_msg("%s and %s, %zu bytes known", glob, path,
			    known);
}

static void
the_directory_that_is_known_changes_no_verdict(void **state)
{
	static const char *const patterns[] = { "a", "ab", "b", "*", "**", "a*",
		"?", "[ab]" };
	static const char *const names[] = { "a", "ab", "b", "abc" };
	char glob[ROOM], path[ROOM];
	unsigned n_covered = 0;

	(void)state;
	srand(1);
	for (unsigned i = 0; i < ROUNDS; i++) {
		bool is_covered;

		make(glob, patterns, PSD_ELEMENTS(patterns));
		make(path, names, PSD_ELEMENTS(names));
		is_covered = psd_glob_match(glob, path, strlen(path));
		n_covered += is_covered;
		compare(glob, path, is_covered);
	}
	assert_in_range(n_covered, ROUNDS / 100, ROUNDS / 2);
}

/* A line of a re-exec's state whose directory is another one's. */
static void
a_directory_that_is_none_of_the_pattern_covers_nothing(void **state)
{
	(void)state;
	assert_false(psd_glob_match_in("/srvX/**", 4, "/srv", 4));
	assert_false(psd_glob_match_in("/srvX/**", 4, "/srv/a", 6));
	assert_false(psd_glob_match_in("/srvX/**", 4, "/srvX/a", 7));
	assert_true(psd_glob_match_in("/srvX/**", 5, "/srvX/a", 7));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_directory_that_is_known_changes_no_verdict),
		cmocka_unit_test(
		    a_directory_that_is_none_of_the_pattern_covers_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
