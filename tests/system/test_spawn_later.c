/* SPDX-License-Identifier: ISC */
/*
 * A daemon whose starts take long waits for none of them: what fails in one is
 * told all the same, and what the child took along the daemon does not keep.
 * Traced, each start takes long.
 */
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/system/start_fixture.h"

#include <poll.h>
#include <sched.h>

enum { FDS_MAX = 256, MANY = 40 };

/* From the first start on that is traced. */
static int
be_slow(void **state)
{
	int fd, r = prepare(state);

	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)daemon_rig_say(fd, "exit 7");
	(void)close(fd);
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
	return r;
}

/* Only a child that nobody waits for writes before its program does. */
static bool
has_rung(void)
{
	const size_t n = inject_disarm();

	for (size_t i = 0; i < n; i++)
		if (inject_call(i)->of_child &&
		    inject_call(i)->number == SYS_write)
			return true;
	return false;
}

/* The next helper is ended, and the one after it has this happen to it. */
static void
replace(const struct inject_plan *plan)
{
	int fd = daemon_rig_connect(&rig, "one");

	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	inject_arm(plan);
	(void)daemon_rig_say(fd, "exit 7");
	(void)close(fd);
	fd = daemon_rig_connect(&rig, "one");
	assert_string_equal(daemon_rig_say(fd, "ping 1"), "0");
	(void)close(fd);
}

static void
expect_told(int number, unsigned nth, int error, enum psd_step step, int told)
{
	const struct inject_plan plan = {
		.act = INJECT_FAIL,
		.of_child = true,
		.number = number,
		.nth = nth,
		.error = error,
	};
	char entry[PATH_MAX], wanted[PATH_MAX];
	const size_t n = find_entries("one", 0, entry);

	replace(&plan);
	assert_true(has_rung());
	assert_true(inject_has_hit());
	assert_false(inject_child_executed());
	assert_int_equal(find_entries("one", n, entry), n + 1);
	(void)snprintf(wanted, sizeof(wanted), "%s: %s", psd_step_name(step),
	    strerror(told));
	assert_string_equal(entry, wanted);
	assert_true(ledger_settles(rig.pid, &before));
}

static void
step_that_fails_is_told_as_if_it_was_waited_for(void **state)
{
	(void)state;
	/* Not out of the daemon's table. */
	expect_told(SYS_close_range, 1, EMFILE, PSD_STEP_MAKE_WAY, EMFILE);
	/* So it says, and is not. */
	expect_told(SYS_fcntl, 1, EMFILE, PSD_STEP_MAKE_WAY, EBUSY);
	expect_told(SYS_dup3, 4, EMFILE, PSD_STEP_PAIR, EMFILE);
	expect_told(SYS_setresuid, 1, EAGAIN, PSD_STEP_UID, EAGAIN);
	expect_told(SYS_seccomp, 1, ENOMEM, PSD_STEP_FILTER, ENOMEM);
	expect_told(SYS_execveat, 1, ENOEXEC, PSD_STEP_EXEC, ENOEXEC);
}

/* The daemon is not woken, and finds out by itself. */
static void
one_that_cannot_ring_starts(void **state)
{
	const struct inject_plan plan = {
		.act = INJECT_FAIL,
		.of_child = true,
		.number = SYS_write,
		.nth = 1,
		.error = EIO,
	};
	char entry[PATH_MAX];

	(void)state;
	replace(&plan);
	(void)inject_disarm();
	assert_true(inject_has_hit());
	assert_int_equal(find_entries("one", 0, entry), 0);
	assert_true(ledger_settles(rig.pid, &before));
}

/* Of a child that executes this program; 0 when there is none. */
static pid_t
find_child(const char *program)
{
	char path[PATH_MAX], link[64];
	pid_t found = 0;
	FILE *file;
	int pid;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)rig.pid, (int)rig.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fscanf(file, "%d", &pid) == 1) {
		ssize_t n;

		(void)snprintf(link, sizeof(link), "/proc/%d/exe", pid);
		n = readlink(link, path, sizeof(path) - 1);
		path[n < 0 ? 0 : n] = '\0';
		if (strstr(path, program) != NULL)
			found = pid;
	}
	(void)fclose(file);
	return found;
}

/* Its sockets and pipes: what it was started with. */
static bool
shares_with_daemon(pid_t helper)
{
	static struct test_fd own[FDS_MAX], others[FDS_MAX];
	const ssize_t n = test_fds_list(helper, own, FDS_MAX);
	const ssize_t m = test_fds_list(rig.pid, others, FDS_MAX);

	assert_in_range(n, 4, FDS_MAX);
	assert_in_range(m, 4, FDS_MAX);
	for (ssize_t i = 0; i < n; i++)
		for (ssize_t k = 0; k < m; k++)
			if (strncmp(own[i].target, "socket:", 7) == 0 &&
			    strcmp(own[i].target, others[k].target) == 0)
				return true;
	return false;
}

/* It shares a processor with its children, and sleeps before one runs. */
static void
run_before_children(void)
{
	const struct sched_param first = { .sched_priority = 1 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	if (sched_setaffinity(rig.pid, sizeof(one), &one) < 0 ||
	    sched_setscheduler(rig.pid, SCHED_FIFO | SCHED_RESET_ON_FORK,
		&first) < 0)
		print_message("# children may run at once: %s\n",
		    strerror(errno));
}

static void
daemon_keeps_no_end_of_one_that_says_nothing(void **state)
{
	const char *dir = getenv("PSD_HELPERS"), *text;
	char lines[PATH_MAX + 128];
	pid_t helper = 0;

	(void)state;
	inject_end();
	(void)snprintf(lines, sizeof(lines),
	    "[Helper]\nExecStart=%s/tests/helpers/tiny_pong\nInstances=1\n"
	    "[Policy]\nSystemCallFilter=@helper\n",
	    dir != NULL ? dir : getenv("B"));
	run_before_children();
	daemon_rig_write(&rig, "policies/mute.policy", lines);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	for (int ms = 0; helper == 0; ms++) {
		assert_true(ms < TEST_DEADLINE);
		helper = find_child("tiny_pong");
		(void)poll(NULL, 0, 1);
	}
	for (int ms = 0; shares_with_daemon(helper); ms++) {
		assert_true(ms < TEST_DEADLINE);
		(void)poll(NULL, 0, 1);
	}
}

static void
more_than_there_is_room_for_are_started(void **state)
{
	char lines[64];
	const char *text;
	int fds[MANY];

	(void)state;
	inject_end();
	(void)snprintf(lines, sizeof(lines), "Instances=%d", MANY);
	daemon_rig_puppet(&rig, "many", lines, "");
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	for (size_t i = 0; i < MANY; i++) {
		fds[i] = daemon_rig_connect(&rig, "many");
		assert_string_equal(daemon_rig_say(fds[i], "ping 1"), "0");
	}
	for (size_t i = 0; i < MANY; i++)
		(void)close(fds[i]);
	assert_false(daemon_rig_has_logged(&rig, "many: cannot start"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, be_slow, clean)
		TEST(step_that_fails_is_told_as_if_it_was_waited_for),
		TEST(one_that_cannot_ring_starts),
		TEST(daemon_keeps_no_end_of_one_that_says_nothing),
		TEST(more_than_there_is_room_for_are_started),
#undef TEST
	};

	return run_starts(tests, PSD_ELEMENTS(tests));
}
