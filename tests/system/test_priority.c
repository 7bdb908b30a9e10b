/* SPDX-License-Identifier: ISC */
/*
 * A daemon that comes before its helpers, as its unit has it (Nice=), keeps
 * that for itself.
 */
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/turns.h"

#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static struct daemon_rig rig;
static int puppet;

static int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "one", "", "AllowRun=sh");
	daemon_rig_write(&rig, "policies/sh.policy",
	    "[Helper]\nType=program\nExecStart=/bin/sh\n[Policy]\n"
	    "SystemCallFilter=@filter @loader @processes\n"
	    "AllowOpen=@runtime\n");
	daemon_rig_write(&rig, "policies/echo.policy",
	    "[Helper]\nType=inetd\nExecStart=/bin/cat\nInstances=1\n"
	    "ListenStream=%s/run/echo.sock\n"
	    "[Policy]\nSystemCallFilter=@filter @loader\nAllowOpen=@runtime\n");
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

static void
take_edge(void)
{
	if (setpriority(PRIO_PROCESS, 0, TURNS_NICE) < 0)
		_exit(96);
}

static void
take_edge_and_drop_the_right_to_it(void)
{
	take_edge();
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_NICE) < 0)
		_exit(96);
}

/* As SystemCallFilter=~@resources of a unit does. */
static void
forbid_schedules(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setscheduler, 0,
		    1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { 4, code };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(96);
}

/* Whatever those who run the tests are. */
static void
be_ordinary(void)
{
	if (setpriority(PRIO_PROCESS, 0, 0) < 0)
		_exit(96);
}

static void
be_ordinary_and_forbid_schedules(void)
{
	be_ordinary();
	forbid_schedules();
}

static void
take_edge_and_forbid_schedules(void)
{
	take_edge();
	forbid_schedules();
}

/* The unit's own lines, which the filter comes after. */
static void
take_edge_as_the_unit_does(void)
{
	const struct sched_param param = { 0 };

	take_edge();
	if (sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &param) <
	    0)
		_exit(96);
	forbid_schedules();
}

static int
nice_of(pid_t pid)
{
	int nice;

	errno = 0;
	nice = getpriority(PRIO_PROCESS, (id_t)pid);
	assert_int_equal(errno, 0);
	return nice;
}

static pid_t
parent_of(const char *pid)
{
	char path[300], line[512] = "";
	const char *at = NULL;
	int parent = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return -1;
	if (fgets(line, sizeof(line), file) != NULL)
		at = strrchr(line, ')');
	if (at == NULL || sscanf(at, ") %*c %d", &parent) != 1)
		parent = -1;
	(void)fclose(file);
	return parent;
}

/* How many children the daemon has, none of which has its nice value. */
static unsigned
count_ordinary_children(void)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	unsigned n = 0;

	assert_non_null(processes);
	while ((entry = readdir(processes)) != NULL)
		if (parent_of(entry->d_name) == rig.pid) {
			assert_int_equal(nice_of(atoi(entry->d_name)), 0);
			n++;
		}
	(void)closedir(processes);
	return n;
}

/* Two helpers, a program, the relay, and all that they start. */
static void
expect_edge_is_the_daemons_alone(void)
{
	assert_int_equal(nice_of(rig.pid), TURNS_NICE);
	assert_true((sched_getscheduler(rig.pid) & SCHED_RESET_ON_FORK) != 0);
	assert_int_equal(daemon_rig_say(puppet, "run sh")[0], '0');
	assert_true(count_ordinary_children() >= 4);
}

static void
start(void (*on_birth)(void))
{
	rig.on_birth = on_birth;
	daemon_rig_start(&rig);
	puppet = daemon_rig_connect(&rig, "one");
}

static void
no_child_of_a_daemon_has_its_priority(void **state)
{
	(void)state;
	start(take_edge);
	expect_edge_is_the_daemons_alone();
	(void)close(puppet);
}

static void
nor_has_one_after_a_reexec(void **state)
{
	const char *text;

	(void)state;
	start(take_edge_and_drop_the_right_to_it);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reexec", NULL), 0);
	expect_edge_is_the_daemons_alone();
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	(void)close(puppet);
}

static void
a_daemon_that_is_made_urgent_later_keeps_it_too(void **state)
{
	(void)state;
	start(be_ordinary);
	assert_int_equal(setpriority(PRIO_PROCESS, (id_t)rig.pid, TURNS_NICE),
	    0);
	expect_edge_is_the_daemons_alone();
	(void)close(puppet);
}

static void
a_flag_that_the_unit_has_set_is_enough(void **state)
{
	(void)state;
	start(take_edge_as_the_unit_does);
	assert_false(daemon_rig_has_logged(&rig, "helpers have the priority"));
	expect_edge_is_the_daemons_alone();
	(void)close(puppet);
}

static void
a_daemon_that_cannot_keep_it_says_so(void **state)
{
	(void)state;
	start(take_edge_and_forbid_schedules);
	assert_true(daemon_rig_has_logged(&rig,
	    "helpers have the priority of this daemon: Function not "
	    "implemented"));
	(void)close(puppet);
	assert_int_equal(daemon_rig_stop(&rig), 0);
	/* Without any there is nothing to say. */
	start(be_ordinary_and_forbid_schedules);
	assert_false(daemon_rig_has_logged(&rig, "helpers have the priority"));
	(void)close(puppet);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    no_child_of_a_daemon_has_its_priority, prepare, clean),
		cmocka_unit_test_setup_teardown(nor_has_one_after_a_reexec,
		    prepare, clean),
		cmocka_unit_test_setup_teardown(
		    a_daemon_that_is_made_urgent_later_keeps_it_too, prepare,
		    clean),
		cmocka_unit_test_setup_teardown(
		    a_flag_that_the_unit_has_set_is_enough, prepare, clean),
		cmocka_unit_test_setup_teardown(
		    a_daemon_that_cannot_keep_it_says_so, prepare, clean),
	};

	if (geteuid() != 0) {
		print_message("SKIP: no priority without root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
