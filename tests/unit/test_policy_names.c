/* SPDX-License-Identifier: ISC */
#include "tests/unit/search_fixture.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>

/* Entries until the one that cannot be read; 0: all can. */
static unsigned countdown;

struct dirent *
readdir(DIR *dirp)
{
	struct dirent *(*next)(DIR * dir);

	if (countdown > 0 && --countdown == 0) {
		errno = EIO;
		return NULL;
	}
	*(void **)&next = dlsym(RTLD_NEXT, "readdir");
	return next(dirp);
}

static void
names_are_listed_without_masked_ones(void **state)
{
	static const char *const expected[] = { "A-b_3", "broken", "www",
		"zz" };
	const struct search *search = *state;
	struct psd_diag diag;
	char **names;

	put(search, 0, "zz.policy", "");
	put(search, 1, "www.policy", "");
	put(search, 2, "www.policy", "");
	put(search, 2, "masked.policy", "");
	put(search, 1, "A-b_3.policy", "");
	put(search, 1, "not-one.conf", "");
	put(search, 1, ".policy", "");
	put(search, 1, ".hidden.policy", "");
	put(search, 1, "with blank.policy", "");
	mask(search, 0, "masked.policy");
	/* Listed, so that its load says what is wrong with it. */
	assert_int_equal(chdir(search->path[0]), 0);
	assert_int_equal(symlink("zz.policy", "broken.policy"), 0);
	assert_int_equal(chdir("/"), 0);
	psd_diag_init(&diag);
	names = psd_policy_names(search->dirs, &diag);
	assert_non_null(names);
	for (size_t i = 0; i < PSD_ELEMENTS(expected); i++)
		assert_string_equal(names[i], expected[i]);
	assert_null(names[PSD_ELEMENTS(expected)]);
	assert_int_equal(diag.errors, 0);
	assert_int_equal(diag.warnings, 1);
	assert_non_null(strstr(diag.text, "with blank.policy is passed over"));
	psd_policy_names_free(names);
	psd_diag_free(&diag);
}

/* 65 characters. */
static const char long_name[] = "12345678901234567890123456789012"
				"345678901234567890123456789012345";

static void
names_that_could_leave_the_directory_are_refused(void **state)
{
	static const char *const names[] = { "", ".", "..", "a/b", "../www",
		"a.b", "a b", "\xc3\xa4", "a\nb", long_name };
	const struct search *search = *state;

	for (size_t i = 0; i < PSD_ELEMENTS(names); i++) {
		struct psd_diag diag;

		psd_diag_init(&diag);
		assert_null(psd_policy_load(search->dirs, names[i], 0, &diag));
		assert_non_null(strstr(diag.text, "is no name of a policy"));
		psd_diag_free(&diag);
	}
}

/* What cat shows, without directories. */
static char shown[4096];

static void
show(void *cookie, const struct psd_where *where, const char *text)
{
	const size_t len = strlen(shown);
	const char *file = strrchr(where->file, '/');

	(void)cookie;
	snprintf(shown + len, sizeof(shown) - len, "%s:%u %s\n", file + 1,
	    where->line, text);
}

static void
cat_shows_the_lines_that_count(void **state)
{
	const struct search *search = *state;
	struct psd_diag diag;

	put(search, 0, "www.policy",
	    "# c\n[Helper]\nExecStart=/bin/a\nMemoryMax=1M\n[Policy]\n"
	    "AllowStat=/a\nAllowOpen=read \\\n  /b%%\n");
	put(search, 1, "www.policy.d/10.conf",
	    "[Helper]\nMemoryMax=2M\n[Policy]\nAllowStat=\nAllowStat=/c\n");
	psd_diag_init(&diag);
	shown[0] = '\0';
	assert_int_equal(psd_policy_cat(search->dirs, "www", show, NULL, &diag),
	    0);
	assert_string_equal(shown,
	    "www.policy:2 [Helper]\nwww.policy:3 ExecStart=/bin/a\n"
	    "www.policy:5 [Policy]\nwww.policy:7 AllowOpen=read  /b%%\n"
	    "10.conf:1 [Helper]\n10.conf:2 MemoryMax=2M\n"
	    "10.conf:3 [Policy]\n10.conf:5 AllowStat=/c\n");
	assert_true(
	    psd_policy_cat(search->dirs, "nothing", show, NULL, &diag) < 0);
	assert_non_null(strstr(diag.text, "nothing: there is no such policy"));
	psd_diag_free(&diag);
}

/* Else a reload would take it that the rest is gone. */
static void
directory_that_is_read_in_part_lists_nothing(void **state)
{
	const struct search *search = *state;
	struct psd_diag diag;

	put(search, 0, "a.policy", "");
	put(search, 0, "b.policy", "");
	for (unsigned nth = 1; nth <= 5; nth++) {
		psd_diag_init(&diag);
		countdown = nth;
		assert_null(psd_policy_names(search->dirs, &diag));
		assert_int_equal(countdown, 0);
		assert_int_equal(diag.errors, 1);
		assert_non_null(
		    strstr(diag.text, "cannot be read: Input/output error"));
		psd_diag_free(&diag);
	}
}

/* Else the policy would be loaded without what a drop-in denies. */
static void
drop_ins_that_are_read_in_part_refuse_the_policy(void **state)
{
	const struct search *search = *state;
	struct psd_diag diag;

	put(search, 0, "www.policy", "[Helper]\nExecStart=/bin/true\n");
	put(search, 1, "www.policy.d/10.conf", "[Policy]\nDenyOpen=any /**\n");
	for (unsigned nth = 1; nth <= 7; nth++) {
		psd_diag_init(&diag);
		countdown = nth;
		assert_null(psd_policy_load(search->dirs, "www", 0, &diag));
		assert_int_equal(countdown, 0);
		assert_int_equal(diag.errors, 1);
		assert_non_null(
		    strstr(diag.text, "cannot be read: Input/output error"));
		psd_diag_free(&diag);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_are_listed_without_masked_ones),
		TEST(names_that_could_leave_the_directory_are_refused),
		TEST(cat_shows_the_lines_that_count),
		TEST(directory_that_is_read_in_part_lists_nothing),
		TEST(drop_ins_that_are_read_in_part_refuse_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
