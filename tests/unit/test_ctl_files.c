/* SPDX-License-Identifier: ISC */
/* privsepctl check and cat of files, without a daemon, as JSON as well. */
#include "daemon/ctl/out.h"
#include "tests/support/op_rig.h"
#include "tests/unit/ctl_run.h"
#include "tests/unit/dir_fixture.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct test_capture run;

/* Runs a line, in which each "%s" is the directory. */
static enum psd_ctl_exit
run_here(const char *line)
{
	char filled[4096];

	op_rig_fill_in(filled, sizeof(filled), line, dir);
	return (enum psd_ctl_exit)ctl_run(filled, &run);
}

/* With this line of ExecStart=, or of something else. */
static void
write_policy(const char *line)
{
	char text[1024], filled[512];

	op_rig_fill_in(filled, sizeof(filled), line, dir);
	(void)snprintf(text, sizeof(text),
	    "[Helper]\n%s\n[Policy]\n"
	    "SystemCallFilter=@helper @loader\nAllowOpen=@runtime\n",
	    filled);
	assert_int_equal(test_dir_write(dir, "www.policy", text), 0);
}

/* What it wrote is one object, which is the caller's. */
static json_t *
told(void)
{
	json_t *object = json_loads(run.out, 0, NULL);

	if (object == NULL)
		fail_msg("%s", run.out);
	return object;
}

static void
a_program_that_cannot_be_executed_is_refused_by_check(void **state)
{
	static const struct {
		const char *line, *wrong;
	} cases[] = {
		{ "ExecStart=%s/none", "No such file or directory" },
		{ "ExecStart=%s", "is not an executable file" },
		{ "ExecStart=%s/www.policy", "is not an executable file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_policy(cases[i].line);
		assert_int_equal(run_here("check %s/www.policy"),
		    PSD_CTL_FAILED);
		assert_non_null(strstr(run.err, "www.policy:2: ExecStart="));
		if (strstr(run.err, cases[i].wrong) == NULL)
			fail_msg("%s: %s", cases[i].line, run.err);
		assert_non_null(strstr(run.out, ": refused: 1 error, "));
	}
}

static void
a_filter_without_a_program_of_its_own_is_good(void **state)
{
	(void)state;
	write_policy("Type=filter");
	assert_int_equal(run_here("check %s/www.policy"), PSD_CTL_DONE);
	assert_null(strstr(run.err, "ExecStart="));
}

static void
check_tells_each_file_as_json(void **state)
{
	const json_t *files, *file;
	json_t *object;

	(void)state;
	write_policy("ExecStart=/bin/true");
	assert_int_equal(run_here("--json check %s/www.policy"), PSD_CTL_DONE);
	object = told();
	assert_true(json_is_true(json_object_get(object, "ok")));
	json_decref(object);

	write_policy("ExecStart=%s/none");
	assert_int_equal(run_here("--json check %s/www.policy"),
	    PSD_CTL_FAILED);
	object = told();
	assert_true(json_is_false(json_object_get(object, "ok")));
	files = json_object_get(object, "files");
	assert_int_equal(json_array_size(files), 1);
	file = json_array_get(files, 0);
	assert_true(json_is_false(json_object_get(file, "ok")));
	assert_int_equal(psd_ctl_count_of(file, "errors"), 1);
	assert_non_null(strstr(psd_ctl_text_of(file, "file"), "/www.policy"));
	assert_int_equal(json_array_size(json_object_get(file, "diagnostics")),
	    psd_ctl_count_of(file, "errors") +
		psd_ctl_count_of(file, "warnings"));
	json_decref(object);
}

static void
cat_tells_each_line_with_its_place_as_json(void **state)
{
	const json_t *lines, *line;
	json_t *object;

	(void)state;
	write_policy("ExecStart=/bin/true");
	assert_int_equal(run_here("--json --policy-dir=%s cat www"),
	    PSD_CTL_DONE);
	object = told();
	assert_string_equal(psd_ctl_text_of(object, "service"), "www");
	lines = json_object_get(object, "lines");
	assert_true(json_array_size(lines) >= 3);
	for (size_t i = 0; i < json_array_size(lines); i++) {
		line = json_array_get(lines, i);
		if (strcmp(psd_ctl_text_of(line, "text"),
			"ExecStart=/bin/true") == 0) {
			assert_int_equal(psd_ctl_count_of(line, "line"), 2);
			break;
		}
		assert_true(i + 1 < json_array_size(lines));
	}
	json_decref(object);
	assert_int_equal(run_here("--json --policy-dir=%s cat none"),
	    PSD_CTL_FAILED);
	assert_string_equal(run.out, "");
	assert_non_null(strstr(run.err, "none"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_program_that_cannot_be_executed_is_refused_by_check),
		cmocka_unit_test(a_filter_without_a_program_of_its_own_is_good),
		cmocka_unit_test(check_tells_each_file_as_json),
		cmocka_unit_test(cat_tells_each_line_with_its_place_as_json),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
