/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/cover.h"
#include "policy/glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct two {
	const char *one;
	const char *other;
	bool expected;
};

static void
containment_is_seen_where_it_is_certain(void **state)
{
	static const struct two cases[] = {
		{ "/a", "/a", true },
		{ "/a", "/b", false },
		{ "/a/**", "/a", true },
		{ "/a/**", "/a/b/c", true },
		{ "/a/**", "/a/b/**", true },
		{ "/a/**", "/a/*/c*", true },
		{ "/a/**", "/ab", false },
		{ "/**", "/", true },
		{ "/**", "/**", true },
		{ "/**", "/**/x", true },
		{ "/**/x", "/**", false },
		{ "/**/x", "/a/b/x", true },
		{ "/**/x", "/a/**/x", true },
		{ "/**/x/**", "/*/x/**", true },
		{ "/a/*", "/a/**", false },
		{ "/a/**/*", "/a/**", false },
		{ "/a/*/**", "/a/**", false },
		{ "/a/**", "/a/*/**", true },
		{ "/a/*", "/a/b", true },
		{ "/a/*", "/a/b/c", false },
		{ "/a/*", "/a/?*.c", true },
		{ "/a/?*", "/a/*", false },
		{ "/a/*.c", "/a/*.c", true },
		{ "/a/*.c", "/a/x*y.c", true },
		{ "/a/*.c", "/a/*", false },
		{ "/a/*a*b", "/a/xaab", true },
		{ "/a/x*_key", "/a/x*_*_key", true },
		{ "/a/?", "/a/x", true },
		{ "/a/?", "/a/[xy]", true },
		{ "/a/?", "/a/*", false },
		{ "/a/[xy]", "/a/x", true },
		{ "/a/[xy]", "/a/z", false },
		{ "/a/[xy]", "/a/[xy]", true },
		{ "/a/[xy]", "/a/?", false },
		/* True, but it takes a look at the sets. */
		{ "/a/[xyz]", "/a/[xy]", false },
		{ "/a/x", "/a/[x]", false },
		{ "/a/*", "/a/[[:digit:]]", true },
		{ "/a/[*]", "/a/[*]", true },
		{ "/a/[*]", "/a/*", false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (psd_cover_contains(cases[i].one, cases[i].other) !=
		    cases[i].expected)
			fail_msg("%s and %s", cases[i].one, cases[i].other);
}

static void
patterns_with_a_path_in_common_meet(void **state)
{
	static const struct two cases[] = {
		{ "/etc/shadow", "/etc/shadow", true },
		{ "/etc/*", "/etc/shadow", true },
		{ "/etc/sha?ow", "/etc/shadow", true },
		{ "/etc/[a-s]*[!a]", "/etc/shadow", true },
		{ "/etc/[t-z]*", "/etc/shadow", false },
		{ "/**", "/etc/shadow", true },
		{ "/**/shadow", "/etc/shadow", true },
		{ "/**/shadow/**", "/etc/shadow", true },
		{ "/etc/**/x", "/etc/shadow", false },
		{ "/etc", "/etc/shadow", false },
		{ "/etc/shadow/x", "/etc/shadow", false },
		{ "/home/alice/**", "/home/*/.ssh/**", true },
		{ "/home/*", "/home/*/.ssh/**", false },
		{ "/home/*/*", "/home/*/.ssh/**", true },
		{ "/home/*/.s*/id_*", "/home/*/.ssh/**", true },
		{ "/home/*/[!.]*/**", "/home/*/.ssh/**", false },
		{ "/**/.ssh", "/home/*/.ssh/**", true },
		{ "/**/x/**", "/home/*/.ssh/**", true },
		{ "/root", "/root/**", true },
		{ "/root", "/root/*/**", false },
		{ "/a/x*", "/a/*y", true },
		{ "/a/x*z", "/a/*y", false },
		{ "/a/ssh_*_rsa_key", "/a/ssh_host_*_key", true },
		{ "/a/ssh_*.pub", "/a/ssh_host_*_key", false },
		{ "/", "/**", true },
		{ "/", "/a", false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		if (psd_cover_meets(cases[i].one, cases[i].other) !=
		    cases[i].expected)
			fail_msg("%s and %s", cases[i].one, cases[i].other);
}

static void
place_takes_over_the_names_that_a_pattern_gives(void **state)
{
	static const struct {
		const char *glob, *place, *narrowed;
	} cases[] = {
		{ "/home/alice/**", "/home/*/.ssh/**", "/home/alice/.ssh/**" },
		{ "/home/a*/**", "/home/*/.ssh/**", "/home/*/.ssh/**" },
		{ "/**/alice/**", "/home/*/.ssh/**", "/home/*/.ssh/**" },
		{ "/etc/ssh/*", "/etc/ssh/host_*_key", "/etc/ssh/host_*_key" },
		{ "/etc/ssh/host_a_key", "/etc/ssh/host_*_key",
		    "/etc/ssh/host_a_key" },
		{ "/root/a/b", "/root/**", "/root/**" },
	};
	char narrowed[64];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_true(psd_cover_narrow(cases[i].glob, cases[i].place,
		    narrowed, sizeof(narrowed)));
		assert_string_equal(narrowed, cases[i].narrowed);
	}
	assert_false(psd_cover_narrow("/**", "/abc", narrowed, 4));
	assert_true(psd_cover_narrow("/**", "/abc", narrowed, 5));
}

static void
shortest_path_of_a_pattern_is_measured(void **state)
{
	static const struct {
		const char *glob;
		size_t total, component;
	} cases[] = {
		{ "/", 1, 0 },
		{ "/**", 1, 0 },
		{ "/abc/d", 6, 3 },
		{ "/*/d?[xy]", 6, 3 },
		{ "/**/[[:digit:]]*/**", 2, 1 },
	};
	size_t component;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		assert_int_equal(psd_cover_shortest(cases[i].glob, &component),
		    cases[i].total);
		assert_int_equal(component, cases[i].component);
	}
}

/* Numbers in an order of their own, the same in every run. */
static unsigned
draw(unsigned below)
{
	static uint64_t at = 1;

	at = at * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(at >> 33) % below;
}

/* A pattern of up to three components. */
static void
draw_glob(char *ret, size_t size, bool is_simple)
{
	static const char *const elements[] = { "a", "b", "*", "?", "[ab]",
		"[!a]" };
	const unsigned n = 1 + draw(3);
	size_t len = 0;

	for (unsigned i = 0; i < n; i++) {
		const unsigned kind = draw(4);

		len += (size_t)snprintf(ret + len, size - len, "/%s",
		    kind == 0 ? "**" : "");
		for (unsigned k = 0; k < kind; k++) {
			const unsigned which = draw(is_simple ? 3 : 6);

			/* ** must be a component of its own. */
			if (which == 2 && ret[len - 1] == '*')
				continue;
			len += (size_t)snprintf(ret + len, size - len, "%s",
			    elements[which]);
		}
	}
}

enum { NAMES = 14, PATHS = 1 + NAMES + NAMES * NAMES };

/* Every path of up to two names of up to three letters. */
static size_t
list_paths(char paths[PATHS][16])
{
	char names[NAMES][4];
	size_t n = 0, n_paths = 0;

	for (unsigned len = 1; len <= 3; len++)
		for (unsigned bits = 0; bits < 1u << len; bits++) {
			for (unsigned i = 0; i < len; i++)
				names[n][i] = (bits >> i & 1) != 0 ? 'a' : 'b';
			names[n++][len] = '\0';
		}
	(void)snprintf(paths[n_paths++], 16, "/");
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(paths[n_paths++], 16, "/%.3s", names[i]);
		for (size_t k = 0; k < n; k++)
			(void)snprintf(paths[n_paths++], 16, "/%.3s/%.3s",
			    names[i], names[k]);
	}
	return n_paths;
}

static bool
covers(const char *glob, const char *path)
{
	return psd_glob_match(glob, path, strlen(path));
}

/* Whatever is claimed is compared with what the patterns really match. */
static void
claims_hold_for_every_path(void **state)
{
	static char paths[PATHS][16];
	const size_t n_paths = list_paths(paths);
	unsigned contained = 0, met = 0;
	char one[64], other[64], place[64], narrowed[64];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		bool contains, meets;

		draw_glob(one, sizeof(one), false);
		draw_glob(other, sizeof(other), false);
		draw_glob(place, sizeof(place), true);
		assert_null(psd_glob_wrong(one));
		contains = psd_cover_contains(one, other);
		meets = psd_cover_meets(one, place);
		assert_true(
		    psd_cover_narrow(one, place, narrowed, sizeof(narrowed)));
		for (size_t k = 0; k < n_paths; k++) {
			const bool both =
			    covers(one, paths[k]) && covers(place, paths[k]);

			if (contains && covers(other, paths[k]) &&
			    !covers(one, paths[k]))
				fail_msg("%s contains %s", one, other);
			if (!meets && both)
				fail_msg("%s meets %s", one, place);
			if (both && !covers(narrowed, paths[k]))
				fail_msg("%s of %s: %s", place, one, narrowed);
		}
		contained += contains;
		met += meets;
	}
	assert_in_range(contained, 500, 15000);
	assert_in_range(met, 500, 19500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containment_is_seen_where_it_is_certain),
		cmocka_unit_test(patterns_with_a_path_in_common_meet),
		cmocka_unit_test(
		    place_takes_over_the_names_that_a_pattern_gives),
		cmocka_unit_test(shortest_path_of_a_pattern_is_measured),
		cmocka_unit_test(claims_hold_for_every_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
