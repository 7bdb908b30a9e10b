/* SPDX-License-Identifier: ISC */
/* By which other doors a helper with AllowExec= might start a program. */
#include "common/arch.h"
#include "tests/unit/may_exec_fixture.h"

#if PSD_AUDIT_ARCH == AUDIT_ARCH_X86_64
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#else
#define LOADER "/lib/ld-linux-aarch64.so.1"
#endif

/* The exit statuses of the loader, and of starter without a program. */
enum { NOT_FOUND_BY_LOADER = 127, WITHOUT_WORDS = 120 };

static void
make_programs(void)
{
	copy_program("tiny_exit", "static");
}

static void
descriptor_is_not_executed(void **state)
{
	char lines[1024];

	(void)state;
	(void)snprintf(lines, sizeof(lines),
	    "SystemCallFilter=memfd_create\n%s", allow(place("static")));
	for (size_t i = 0; i < 2; i++) {
		if (!bound_by(bounds[i]))
			continue;
		assert_int_equal(try_path("opened", place("static"), lines),
		    EPERM);
		assert_int_equal(try_path("memory", place("static"), lines),
		    EPERM);
		assert_int_equal(try_path("opened-by-name", place("static"),
				     lines),
		    ENOENT);
		assert_int_equal(try_path("memory-by-name", place("static"),
				     lines),
		    ENOENT);
	}
}

/* Why the filter refuses it: nothing else does. */
static void
landlock_alone_lets_memory_be_executed(void **state)
{
	static const char *const ways[] = { "memory", "memory-by-name" };

	(void)state;
	if (!bound_by(PSD_LAYER_LANDLOCK))
		skip();
	for (size_t i = 0; i < PSD_ELEMENTS(ways); i++) {
		struct plan_rig rig;
		char words[512];

		(void)snprintf(words, sizeof(words), "%s %s", ways[i],
		    place("static"));
		load(&rig, "starter", words, allow(place("static")));
		rig.prepared->plan.plain_filter = NULL;
		start(&rig);
		assert_int_equal(spawn_rig_wait(&rig.spawn), 0);
		plan_rig_free(&rig);
	}
}

static void
memory_that_could_be_executed_is_refused_at_load(void **state)
{
	struct plan_rig rig;
	char lines[1024];

	(void)state;
	if (!bound_by(PSD_LAYER_LANDLOCK))
		skip();
	(void)snprintf(lines, sizeof(lines),
	    "%s\nSystemCallFilter="
	    "@helper memfd_create",
	    allow(place("static")));
	assert_int_equal(plan_rig_load(&rig, "tiny_exit", "", lines), -EINVAL);
	assert_non_null(strstr(rig.diag.text, "t.policy:5: "));
	assert_non_null(strstr(rig.diag.text, "memfd_create and AllowExec="));
	plan_rig_free(&rig);
}

/* It must be executable once, and Landlock does not count. */
static void
own_program_has_a_name_only_where_proc_is(void **state)
{
	static const char self[] = "/proc/self/exe";

	(void)state;
	if (bound_by(bounds[0]))
		assert_int_equal(try_path("execve", self, allow("/bin/true")),
		    ENOENT);
	if (bound_by(PSD_LAYER_NAMESPACES))
		assert_int_equal(try_path("execve", self, allow("/bin/true")),
		    ENOENT);
	if (bound_by(PSD_LAYER_LANDLOCK))
		assert_int_equal(try_path("execve", self, allow("/bin/true")),
		    WITHOUT_WORDS);
}

/*
 * The loader has to be executable, so it can be executed by itself, and runs
 * what it can read: what is named, and what @runtime shows.
 */
static void
loader_runs_nothing_that_the_view_does_not_show(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(bounds); i++) {
		if (!bound_by(bounds[i]))
			continue;
		assert_int_equal(try("execve " LOADER " /bin/true",
				     allow("/bin/true")),
		    0);
		assert_int_equal(try("execve " LOADER " /bin/false",
				     allow("/bin/true")),
		    NOT_FOUND_BY_LOADER);
		assert_int_equal(try("execve " LOADER " /bin/sh -c 'exit 43'",
				     allow("/bin/true")),
		    NOT_FOUND_BY_LOADER);
	}
}

/* So the view alone is the weaker bound: all that it shows can be started. */
static void
what_the_runtime_shows_is_started_without_landlock(void **state)
{
	static const char library[] = "/lib/" PSD_MULTIARCH "/libc.so.6";

	(void)state;
	if (access(library, X_OK) < 0)
		skip();
	for (size_t i = 0; i < PSD_ELEMENTS(bounds); i++)
		if (bound_by(bounds[i]))
			assert_int_equal(try_path("execve", library,
					     allow("/bin/true")),
			    bounds[i] == PSD_LAYER_NAMESPACES ? 0 : EACCES);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptor_is_not_executed),
		cmocka_unit_test(landlock_alone_lets_memory_be_executed),
		cmocka_unit_test(
		    memory_that_could_be_executed_is_refused_at_load),
		cmocka_unit_test(own_program_has_a_name_only_where_proc_is),
		cmocka_unit_test(
		    loader_runs_nothing_that_the_view_does_not_show),
		cmocka_unit_test(
		    what_the_runtime_shows_is_started_without_landlock),
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
