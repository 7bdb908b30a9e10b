/* SPDX-License-Identifier: ISC */
/* CPUAffinity=: where a helper may run is what the kernel says of it. */
#include "tests/system/rig_fixture.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Of a process, from /proc; the same buffer each time. */
static const char *
processors_of(const char *pid)
{
	static const char name[] = "Cpus_allowed_list:\t";
	static char line[256];
	char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/status", pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			break;
	(void)fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return line + strlen(name);
}

static const char *
processors_of_helper(const char *service)
{
	const int fd = daemon_rig_connect(&rig, service);
	const char *list;

	list = processors_of(daemon_rig_say(fd, "pid"));
	(void)close(fd);
	return list;
}

/* The last one that we may run on. */
static unsigned
last_processor(void)
{
	unsigned last = 0;
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			last = cpu;
	return last;
}

static void
a_helper_runs_on_the_processors_of_its_policy(void **state)
{
	char lines[64], expected[16], ours[256];

	(void)state;
	(void)snprintf(expected, sizeof(expected), "%u", last_processor());
	(void)snprintf(lines, sizeof(lines), "CPUAffinity=%s\n", expected);
	(void)snprintf(ours, sizeof(ours), "%s", processors_of("self"));
	daemon_rig_puppet(&rig, "bound", lines, "");
	daemon_rig_puppet(&rig, "free", "", "");
	daemon_rig_start(&rig);
	assert_string_equal(processors_of_helper("bound"), expected);
	assert_string_equal(processors_of_helper("free"), ours);
	(void)snprintf(lines, sizeof(lines), "%d", (int)rig.pid);
	assert_string_equal(processors_of(lines), ours);
}

/* Those that the machine does not have are passed over, as by the kernel. */
static void
a_processor_that_is_not_there_is_passed_over(void **state)
{
	char lines[64], expected[16];

	(void)state;
	(void)snprintf(expected, sizeof(expected), "%u", last_processor());
	(void)snprintf(lines, sizeof(lines), "CPUAffinity=%s,1023\n", expected);
	daemon_rig_puppet(&rig, "bound", lines, "");
	daemon_rig_start(&rig);
	assert_string_equal(processors_of_helper("bound"), expected);
}

static void
a_helper_without_any_processor_is_not_started(void **state)
{
	(void)state;
	if (last_processor() == 1023)
		skip();
	daemon_rig_puppet(&rig, "nowhere", "CPUAffinity=1023\n", "");
	daemon_rig_puppet(&rig, "free", "", "");
	daemon_rig_start(&rig);
	assert_true(daemon_rig_logs(&rig,
	    "bind it to the processors of CPUAffinity=: Invalid argument"));
	assert_true(daemon_rig_logs(&rig, "nowhere: held back: "));
	(void)processors_of_helper("free");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_helper_runs_on_the_processors_of_its_policy, prepare,
		    clean),
		cmocka_unit_test_setup_teardown(
		    a_processor_that_is_not_there_is_passed_over, prepare,
		    clean),
		cmocka_unit_test_setup_teardown(
		    a_helper_without_any_processor_is_not_started, prepare,
		    clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
