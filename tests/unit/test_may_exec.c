/* SPDX-License-Identifier: ISC */
/* AllowExec=: the programs that it names are started, and nothing else. */
#include "tests/unit/may_exec_fixture.h"

enum { OF_NAMED = 42, OF_OTHER = 43 };

static void
make_programs(void)
{
	copy_program("tiny_exit", "static");
	copy_program("tiny_exit", "other");
	write_script("script", "#!/bin/sh\nexit 42\n");
}

static void
program_that_is_named_is_started(void **state)
{
	static const char *const ways[] = { "execve", "execveat", "spawn",
		"fork" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bounds); i++)
		for (size_t k = 0; k < PSD_ELEMENTS(ways); k++) {
			if (!bound_by(bounds[i]))
				continue;
			assert_int_equal(try_path(ways[k], place("static"),
					     allow(place("static"))),
			    0);
			/* Dynamic, and beyond two links. */
			assert_int_equal(try_path(ways[k], "/bin/true",
					     allow("/bin/true")),
			    0);
			assert_int_equal(try_path(ways[k], place("script"),
					     allow(place("script"))),
			    OF_NAMED);
		}
}

/* A shell may start what its helper may, and no more. */
static void
started_program_starts_what_is_named(void **state)
{
	char both[1024];

	(void)state;
	write_script("chain", "#!/bin/sh\n/bin/true && exit 42\nexit 43\n");
	(void)snprintf(both, sizeof(both), "AllowExec=%s /bin/true",
	    place("chain"));
	for (size_t i = 0; i < PSD_ELEMENTS(bounds); i++) {
		if (!bound_by(bounds[i]))
			continue;
		assert_int_equal(try_path("spawn", place("chain"), both),
		    OF_NAMED);
		assert_int_equal(try_path("spawn", place("chain"),
				     allow(place("chain"))),
		    OF_OTHER);
	}
}

static void
nothing_else_is_started(void **state)
{
	static const char *const ways[] = { "execve", "execveat", "spawn",
		"fork" };
	const char *const others[] = { place("other"), "/bin/sh" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bounds); i++)
		for (size_t k = 0;
		     k < PSD_ELEMENTS(ways) * PSD_ELEMENTS(others); k++) {
			const char *path = others[k / PSD_ELEMENTS(ways)];
			int status;

			if (!bound_by(bounds[i]))
				continue;
			status = try_path(ways[k % PSD_ELEMENTS(ways)], path,
			    allow("/bin/true"));
			assert_int_equal(status,
			    (bounds[i] & PSD_LAYER_NAMESPACES) != 0 ? ENOENT
								    : EACCES);
		}
}

/* A script's interpreter has to be executable, so it is a program as well. */
static void
interpreter_of_a_named_script_is_a_named_program(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bounds); i++) {
		if (!bound_by(bounds[i]))
			continue;
		assert_int_equal(try_path("execve", "/bin/sh",
				     allow(place("script"))),
		    0);
	}
}

static void
without_a_bound_no_program_is_started(void **state)
{
	struct plan_rig rig;
	char lines[1024];

	(void)state;
	(void)bound_by(0);
	(void)snprintf(lines, sizeof(lines),
	    "AllowOpen=@runtime\n"
	    "SystemCallFilter=@helper @loader @processes\n%s",
	    allow(place("static")));
	assert_true(plan_rig_load(&rig, "starter", "", lines) < 0);
	assert_non_null(strstr(rig.diag.text,
	    "AllowExec= needs the layer landlock or namespaces: nothing else "
	    "says which programs the helper may start"));
	plan_rig_free(&rig);
}

static void
other_name_of_a_named_program_is_the_same_file(void **state)
{
	(void)state;
	(void)unlink(place("twin"));
	assert_int_equal(link(place("static"), place("twin")), 0);
	if (bound_by(PSD_LAYER_NAMESPACES))
		assert_int_equal(try_path("execve", place("twin"),
				     allow(place("static"))),
		    ENOENT);
	if (bound_by(PSD_LAYER_LANDLOCK))
		assert_int_equal(try_path("execve", place("twin"),
				     allow(place("static"))),
		    0);
	assert_int_equal(unlink(place("twin")), 0);
}

/* The file counts that was there at load, not what has its name later. */
static void
file_that_takes_a_programs_name_is_not_started(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bounds); i++) {
		const bool is_seen = (bounds[i] & PSD_LAYER_NAMESPACES) != 0;
		struct plan_rig rig;
		char words[512];

		if (!bound_by(bounds[i]))
			continue;
		write_script("named", "#!/bin/sh\nexit 42\n");
		write_script("newer", "#!/bin/sh\nexit 43\n");
		(void)snprintf(words, sizeof(words), "execve %s",
		    place("named"));
		load(&rig, "starter", words, allow(place("named")));
		assert_int_equal(rename(place("newer"), place("named")), 0);
		start(&rig);
		assert_int_equal(spawn_rig_wait(&rig.spawn),
		    is_seen ? OF_NAMED : EACCES);
		plan_rig_free(&rig);
	}
}

static void
program_that_may_be_missing_is_left_out(void **state)
{
	char lines[1024];

	(void)state;
	(void)bound_by(bounds[0]);
	(void)snprintf(lines, sizeof(lines), "AllowExec=-%s /bin/true",
	    place("missing"));
	assert_int_equal(try_path("execve", "/bin/true", lines), 0);
	assert_int_equal(try_path("execve", place("missing"), lines), ENOENT);
}

static void
without_landlock_and_view_it_is_refused_at_load(void **state)
{
	struct plan_rig rig;

	(void)state;
	(void)bound_by(0);
	assert_int_equal(plan_rig_load(&rig, "tiny_exit", "",
			     "SystemCallFilter=@helper\nAllowExec=/bin/true"),
	    -EINVAL);
	assert_non_null(strstr(rig.diag.text, "t.policy:5: "));
	assert_non_null(strstr(rig.diag.text, "landlock or namespaces"));
	plan_rig_free(&rig);
	(void)bound_by(bounds[0]);
}

static void
dynamic_program_needs_the_runtime_in_the_view(void **state)
{
	struct plan_rig rig;

	(void)state;
	(void)bound_by(bounds[0]);
	assert_int_equal(plan_rig_load(&rig, "tiny_exit", "",
			     "SystemCallFilter=@helper\nAllowExec=/bin/true"),
	    -EINVAL);
	assert_non_null(strstr(rig.diag.text, "t.policy:5: /bin/true"));
	assert_non_null(strstr(rig.diag.text, "AllowOpen=@runtime"));
	plan_rig_free(&rig);
}

static void
layer_one_exec_is_missing(void **state)
{
	struct plan_rig rig;

	(void)state;
	(void)bound_by(bounds[0]);
	load(&rig, "starter", "", allow("/bin/true"));
	assert_int_equal(psd_prepared_layers(rig.prepared),
	    all_layers & ~(uint32_t)PSD_LAYER_ONE_EXEC);
	plan_rig_free(&rig);
	load(&rig, "starter", "", "AllowExec=/bin/true\nAllowExec=");
	assert_int_equal(psd_prepared_layers(rig.prepared), all_layers);
	plan_rig_free(&rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_that_is_named_is_started),
		cmocka_unit_test(started_program_starts_what_is_named),
		cmocka_unit_test(nothing_else_is_started),
		cmocka_unit_test(without_a_bound_no_program_is_started),
		cmocka_unit_test(
		    interpreter_of_a_named_script_is_a_named_program),
		cmocka_unit_test(
		    other_name_of_a_named_program_is_the_same_file),
		cmocka_unit_test(
		    file_that_takes_a_programs_name_is_not_started),
		cmocka_unit_test(program_that_may_be_missing_is_left_out),
		cmocka_unit_test(
		    without_landlock_and_view_it_is_refused_at_load),
		cmocka_unit_test(dynamic_program_needs_the_runtime_in_the_view),
		cmocka_unit_test(layer_one_exec_is_missing),
	};
	const int skipped = begin_tests();
	int failed;

	if (skipped != 0)
		return skipped;
	make_programs();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	end_tests();
	return failed;
}
