/* SPDX-License-Identifier: ISC */
/* What privsepctl learn asks of real files: links, modes and devices. */
#include "policy/learn.h"
#include "policy/view.h"
#include "tests/unit/dir_fixture.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *
in_dir(char ret[PATH_MAX], const char *name)
{
	(void)snprintf(ret, PATH_MAX, "%s%s", dir, name);
	return ret;
}

/* A link in dir, a path behind it, and where that leads; "%" is dir. */
struct hop {
	const char *target, *path, *to;
};

static void
link_leads_where_the_system_would_go(void **state)
{
	static const struct hop hops[] = {
		{ "file", "/link", "%/file" },
		{ "./a//b/.", "/link", "%/a/b" },
		{ "a", "/link/more/x", "%/a/more/x" },
		{ "a/../b", "/link", "%/b" },
		{ "../../../../../../../../../etc", "/link", "/etc" },
		{ "../../../../../../../../..", "/link", "/" },
		{ "/etc", "/link/passwd", "/etc/passwd" },
		{ "/", "/link", "/" },
		{ "/..", "/link/..", "/" },
		{ "a", "/other", NULL },
		{ "a", "/no/link", NULL },
	};
	char link[PATH_MAX], path[PATH_MAX], want[PATH_MAX];
	char ret[PSD_PATH_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(hops) / sizeof(hops[0]); i++) {
		const struct hop *hop = &hops[i];
		bool leads;

		assert_int_equal(symlink(hop->target, in_dir(link, "/link")),
		    0);
		leads = psd_learn_real.hop(NULL, in_dir(path, hop->path), ret);
		assert_int_equal(unlink(link), 0);
		assert_int_equal(leads, hop->to != NULL);
		if (hop->to == NULL)
			continue;
		if (hop->to[0] == '%')
			(void)in_dir(want, hop->to + 1);
		else
			(void)snprintf(want, sizeof(want), "%s", hop->to);
		assert_string_equal(ret, want);
	}
}

static void
link_that_leads_to_no_possible_path_is_none(void **state)
{
	static char path[PATH_MAX];
	char link[PATH_MAX], ret[PSD_PATH_MAX + 1];
	size_t len;

	(void)state;
	assert_int_equal(symlink("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u",
			     in_dir(link, "/link")),
	    0);
	len = (size_t)snprintf(path, sizeof(path), "%s", link);
	while (len + 2 < sizeof(path)) {
		path[len++] = '/';
		path[len++] = 'x';
	}
	assert_false(psd_learn_real.hop(NULL, path, ret));
	assert_int_equal(unlink(link), 0);
}

static void
mode_says_who_may_use_a_file(void **state)
{
	const enum psd_learn_there of_root =
	    geteuid() == 0 ? PSD_LEARN_OWNERS : PSD_LEARN_ANYBODYS;
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(test_dir_write(dir, "file", ""), 0);
	(void)in_dir(path, "/file");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(psd_learn_real.look(NULL, path, false),
	    PSD_LEARN_ANYBODYS);
	assert_int_equal(psd_learn_real.look(NULL, path, true), of_root);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(psd_learn_real.look(NULL, path, false), of_root);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(psd_learn_real.look(NULL, path, false),
	    PSD_LEARN_GONE);
}

static void
device_that_harms_nobody_is_known(void **state)
{
	static const char *const harmless[] = { "/dev/null", "/dev/zero",
		"/dev/full", "/dev/random", "/dev/urandom" };
	struct stat status;

	(void)state;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		assert_int_equal(stat(harmless[i], &status), 0);
		assert_true(psd_view_is_harmless_device(&status));
	}
	assert_int_equal(stat("/dev/null", &status), 0);
	/* /dev/kmsg, what is of another driver, and what is no device. */
	status.st_rdev += 8;
	assert_false(psd_view_is_harmless_device(&status));
	assert_int_equal(stat("/dev/tty", &status), 0);
	assert_false(psd_view_is_harmless_device(&status));
	assert_int_equal(stat(dir, &status), 0);
	assert_false(psd_view_is_harmless_device(&status));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_leads_where_the_system_would_go),
		cmocka_unit_test(link_that_leads_to_no_possible_path_is_none),
		cmocka_unit_test(mode_says_who_may_use_a_file),
		cmocka_unit_test(device_that_harms_nobody_is_known),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
