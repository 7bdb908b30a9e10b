/* SPDX-License-Identifier: ISC */
/*
 * What is told of limits of a control group.  A directory with the kernel's
 * files in it stands for the group, so that it needs no controllers.
 */
#include "daemon/reached.h"

#include "common/fd.h"
#include "common/log.h"
#include "daemon/leaves.h"
#include "daemon/loaded.h"
#include "daemon/service.h"
#include "tests/support/dir.h"
#include "tests/support/policy.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char with_limits[] =
    "[Helper]\nExecStart=/bin/true\nMemoryMax=64M\nTasksMax=3\n"
    "[Policy]\nSystemCallFilter=@helper\n";

static struct psd_daemon owner;
static struct psd_service service;
static struct psd_instance instance;
static struct psd_loaded loaded;
static struct test_policy policy;
static char *dir;
static char said[4096];

static int
take(int level, const char *text, const struct psd_log_field *fields,
    size_t n_fields)
{
	const size_t len = strlen(said);

	(void)level;
	(void)fields;
	(void)n_fields;
	(void)snprintf(said + len, sizeof(said) - len, "%s\n", text);
	return 0;
}

static void
write_events(const char *memory, const char *pids)
{
	assert_int_equal(test_dir_write(dir, "memory.events", memory), 0);
	assert_int_equal(test_dir_write(dir, "pids.events", pids), 0);
}

static void
make_instance(void)
{
	service = (struct psd_service){ .daemon = &owner };
	service.name = policy.dir; /* any text will do */
	instance = (struct psd_instance){
		.service = &service,
		.loaded = &loaded,
		.child.pid = 77,
	};
	psd_rate_init(&instance.lines, 100, 1000000);
	TAILQ_INIT(&service.instances);
	TAILQ_INIT(&owner.services);
	TAILQ_INSERT_TAIL(&service.instances, &instance, of_service);
	TAILQ_INSERT_TAIL(&owner.services, &service, of_daemon);
}

static int
begin_with(const char *text)
{
	struct psd_cgroup *cgroup = &owner.host.cgroup;

	dir = test_dir_make();
	assert_non_null(dir);
	test_policy_load(&policy, text, 0);
	assert_non_null(policy.policy);
	loaded.policy = policy.policy;
	cgroup->base_fd = PSD_NO_FD;
	cgroup->has_memory = cgroup->has_pids = true;
	cgroup->leaves = calloc(1, sizeof(*cgroup->leaves));
	assert_non_null(cgroup->leaves);
	cgroup->n_leaves = 1;
	cgroup->leaves[0].fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(cgroup->leaves[0].fd >= 0);
	make_instance();
	write_events("low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n", "max 0\n");
	assert_true(sd_event_new(&owner.event) >= 0);
	said[0] = '\0';
	psd_log_to(take);
	return 0;
}

static int
begin(void **state)
{
	(void)state;
	return begin_with(with_limits);
}

static int
begin_without_limits(void **state)
{
	(void)state;
	return begin_with(TEST_POLICY_HEAD);
}

static int
end(void **state)
{
	struct psd_cgroup *cgroup = &owner.host.cgroup;

	(void)state;
	owner.leaves_source =
	    sd_event_source_disable_unref(owner.leaves_source);
	owner.event = sd_event_unref(owner.event);
	psd_fd_cleanup(&cgroup->leaves[0].fd);
	psd_cgroup_close(cgroup);
	test_policy_free(&policy);
	test_dir_remove(dir);
	return 0;
}

static void
expect_said(const char *after_name)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "%s[77]: %s\n", service.name,
	    after_name);
	assert_string_equal(said, line);
	said[0] = '\0';
}

/* "reached KEY of FILE:LINE" */
static void
expect_reached(const char *key, unsigned line)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "reached %s of %s:%u", key,
	    policy.policy->file, line);
	expect_said(text);
}

static void
run(void)
{
	while (sd_event_run(owner.event, 0) > 0)
		;
}

static void
a_number_is_found_by_its_whole_key(void **state)
{
	static const char text[] =
	    "low 1\noom 2\noom_kill 3\nmax 4\n"
	    "oom_group_kill 5\nlast 18446744073709551615";
	static const struct {
		const char *key;
		uint64_t n;
	} cases[] = {
		{ "low", 1 },
		{ "oom", 2 },
		{ "oom_kill", 3 },
		{ "max", 4 },
		{ "last", UINT64_MAX },
	};
	uint64_t n = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(psd_cgroup_events_find(text, cases[i].key, &n));
		assert_true(n == cases[i].n);
	}
	n = 7;
	assert_false(psd_cgroup_events_find(text, "oom_kil", &n));
	assert_false(psd_cgroup_events_find(text, "kill", &n));
	assert_false(psd_cgroup_events_find("", "max", &n));
	assert_false(psd_cgroup_events_find("max", "max", &n));
	assert_false(psd_cgroup_events_find("max \n", "max", &n));
	assert_false(psd_cgroup_events_find("max -1\n", "max", &n));
	assert_int_equal(n, 7);
}

static void
a_limit_is_told_as_it_is_reached_and_once(void **state)
{
	(void)state;
	psd_reached_watch(&instance);
	write_events("max 1\noom_kill 0\n", "max 0\n");
	run();
	expect_reached("MemoryMax=", 3);
	write_events("max 20\noom_kill 0\n", "max 2\n");
	run();
	expect_reached("TasksMax=", 4);
	write_events("max 30\noom_kill 0\n", "max 9\n");
	run();
	psd_reached_end(&instance);
	assert_string_equal(said, "");
	assert_int_equal(service.memory_reached, 1);
	assert_int_equal(service.tasks_reached, 1);
	assert_int_equal(service.memory_kills, 0);
}

static void
killed_processes_are_counted_and_told_with_the_limit(void **state)
{
	char text[512];

	(void)state;
	psd_reached_watch(&instance);
	write_events("max 1\noom_kill 0\n", "max 0\n");
	run();
	expect_reached("MemoryMax=", 3);
	write_events("max 3\noom_kill 2\n", "max 0\n");
	run();
	(void)snprintf(text, sizeof(text),
	    "out of memory: the kernel killed 2 of its processes; the limit "
	    "is MemoryMax= of %s:3",
	    policy.policy->file);
	expect_said(text);
	write_events("max 3\noom_kill 3\n", "max 0\n");
	psd_reached_end(&instance);
	assert_non_null(strstr(said, "killed 1 of"));
	assert_int_equal(service.memory_kills, 3);
	assert_int_equal(service.memory_reached, 1);
}

static void
what_nobody_watched_is_told_at_the_end(void **state)
{
	(void)state;
	write_events("max 0\noom_kill 0\n", "max 5\n");
	run();
	assert_string_equal(said, "");
	psd_reached_end(&instance);
	expect_reached("TasksMax=", 4);
	assert_int_equal(service.tasks_reached, 1);
}

static void
a_limit_of_a_group_above_is_no_line_of_the_policy(void **state)
{
	(void)state;
	psd_reached_watch(&instance);
	/* Nothing is watched that has no limit. */
	assert_null(owner.leaves_source);
	write_events("max 4\noom_kill 1\n", "max 4\n");
	psd_reached_end(&instance);
	expect_said("out of memory: the kernel killed 1 of its processes; the "
		    "limit is that of a group above, or of the host");
	assert_int_equal(service.memory_reached, 0);
	assert_int_equal(service.tasks_reached, 0);
	assert_int_equal(service.memory_kills, 1);
}

static void
after_a_re_execution_nothing_is_told_twice(void **state)
{
	(void)state;
	write_events("max 5\noom_kill 1\n", "max 1\n");
	/* As it was told before. */
	instance.reached = (struct psd_cgroup_events){ 5, 1, 1 };
	owner.config.is_run = true; /* makes no spare ones */
	psd_leaves_resume(&owner);
	owner.config.is_run = false;
	assert_string_equal(said, "");
	write_events("max 6\noom_kill 2\n", "max 2\n");
	run();
	assert_non_null(strstr(said, "killed 1 of"));
	assert_null(strstr(said, "reached"));
}

static void
files_that_are_not_there_tell_nothing(void **state)
{
	(void)state;
	assert_int_equal(unlinkat(owner.host.cgroup.leaves[0].fd,
			     "memory.events", 0),
	    0);
	assert_int_equal(unlinkat(owner.host.cgroup.leaves[0].fd, "pids.events",
			     0),
	    0);
	psd_reached_watch(&instance);
	psd_reached_end(&instance);
	instance.leaf = -1;
	psd_reached_watch(&instance);
	psd_reached_end(&instance);
	assert_string_equal(said, "");
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_found_by_its_whole_key),
		CASE(a_limit_is_told_as_it_is_reached_and_once),
		CASE(killed_processes_are_counted_and_told_with_the_limit),
		CASE(what_nobody_watched_is_told_at_the_end),
		cmocka_unit_test_setup_teardown(
		    a_limit_of_a_group_above_is_no_line_of_the_policy,
		    begin_without_limits, end),
		CASE(after_a_re_execution_nothing_is_told_twice),
		CASE(files_that_are_not_there_tell_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
