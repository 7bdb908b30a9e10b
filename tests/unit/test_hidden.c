/* SPDX-License-Identifier: ISC */
/* What a sandbox such as ProtectHome= of a unit hides, and how that is told. */
#include "policy/hidden.h"

#include "common/mem.h"
#include "policy/load.h"
#include "tests/support/dir.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_BYTES = 256 };

/* A directory with "hidden" and "shown", which only root can make as it is. */
static char *
prepare(void)
{
	char *dir;
	char path[PATH_BYTES];

	if (geteuid() != 0)
		skip();
	dir = test_dir_make();
	(void)snprintf(path, sizeof(path), "%s/hidden", dir);
	assert_int_equal(mkdir(path, 0), 0);
	(void)snprintf(path, sizeof(path), "%s/shown", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/owned", dir);
	assert_int_equal(mkdir(path, 0), 0);
	assert_int_equal(chown(path, 1, 1), 0);
	return dir;
}

static void
directory_of_roots_without_a_mode_hides_what_is_below(void **state)
{
	static const struct {
		const char *name;
		bool is_hidden;
	} cases[] = {
		{ "hidden", true },
		{ "hidden/", true },
		{ "hidden/a", true },
		{ "hidden/a/b/c", true },
		{ "shown", false },
		{ "shown/a/b", false },
		{ "nothing", false },
		{ "hiddenly", false },
		/* That is what its owner wanted. */
		{ "owned/a", false },
	};
	char *dir = prepare();

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char path[PATH_BYTES];

		(void)snprintf(path, sizeof(path), "%s/%s", dir, cases[i].name);
		if (psd_is_hidden(path) != cases[i].is_hidden)
			fail_msg("%s", path);
	}
	assert_false(psd_is_hidden("/"));
	assert_false(psd_is_hidden("/no/such/place"));
	test_dir_remove(dir);
}

static void
view_of_what_is_hidden_is_refused_by_that_reason(void **state)
{
	static const char *const names[] = { "hidden/a", "hidden/**" };
	char *dir = prepare();

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(names); i++) {
		struct test_policy policy;
		char text[PATH_BYTES * 2];

		(void)snprintf(text, sizeof(text),
		    "[Helper]\nExecStart=/bin/true\nType=filter\n[Policy]\n"
		    "SystemCallFilter=@helper\nAllowOpen=read %s/%s\n",
		    dir, names[i]);
		test_policy_load(&policy, text, PSD_LOAD_HOLD);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, "it is hidden from the daemon") ==
		    NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
	test_dir_remove(dir);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    directory_of_roots_without_a_mode_hides_what_is_below),
		cmocka_unit_test(
		    view_of_what_is_hidden_is_refused_by_that_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
