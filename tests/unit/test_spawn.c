/* SPDX-License-Identifier: ISC */
/* What a helper is when its program begins. */
#include "common/fd.h"
#include "common/pair.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/spawn_rig.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static void
start(struct spawn_rig *rig, const char *name)
{
	const int r = spawn_rig_init(rig, name);

	assert_int_equal(r, 0);
	if (spawn_rig_start(rig) < 0)
		fail_msg("%s: %s", psd_step_name(rig->failure.step),
		    strerror(rig->failure.error));
}

static void
stop(struct spawn_rig *rig)
{
	spawn_rig_stop(rig);
	spawn_rig_free(rig);
}

static void
helper_answers_over_its_pair(void **state)
{
	struct spawn_rig rig;
	char answer[8] = "";

	(void)state;
	start(&rig, "tiny_pong");
	assert_int_equal(send(rig.pair, "ping", 5, MSG_NOSIGNAL), 5);
	assert_int_equal(recv(rig.pair, answer, sizeof(answer), 0), 5);
	assert_string_equal(answer, "ping");
	assert_int_equal(shutdown(rig.pair, SHUT_WR), 0);
	assert_int_equal(spawn_rig_wait(&rig), 0);
	stop(&rig);
}

static void
helper_has_standard_descriptors_and_its_end_alone(void **state)
{
	struct spawn_rig rig;
	struct test_fd fds[64];
	unsigned seen = 0;
	ssize_t n;
	/* Not close-on-exec, as a careless library leaves it. */
	_cleanup_fd_ int careless = open("/etc/passwd", O_RDONLY);
	_cleanup_fd_ int high = fcntl(careless, F_DUPFD, RIG_NOFILE + 1);
	_cleanup_fd_ int higher = fcntl(careless, F_DUPFD, 900);

	(void)state;
	start(&rig, "tiny_pong");
	n = test_fds_list(rig.child.pid, fds, 64);
	assert_int_equal(n, 4);
	for (ssize_t i = 0; i < n; i++) {
		seen |= 1U << fds[i].number;
		if (fds[i].number < 3)
			assert_string_equal(fds[i].target, "/dev/null");
		else
			assert_int_equal(strncmp(fds[i].target, "socket:", 7),
			    0);
	}
	assert_int_equal(seen, 0xf);
	assert_false(test_fds_shared(rig.child.pid, rig.pair));
	stop(&rig);
	(void)high;
	(void)higher;
}

/*
 * What the child needs stands on each number that something else goes to, in
 * the most unlucky order, and strangers stand on the high ones.
 */
static void
descriptors_that_stand_in_the_way_are_moved(void **state)
{
	struct psd_spawn_failure failure;
	struct spawn_rig rig;
	struct test_fd fds[64];
	int kept[7], ends[2], answer = 0;

	(void)state;
	for (int i = 0; i < 7; i++)
		kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	ends[0] = fcntl(ends[0], F_DUPFD_CLOEXEC, 100);
	ends[1] = fcntl(ends[1], F_DUPFD_CLOEXEC, 100);
	rig.plan.null_fd = dup3(rig.plan.null_fd, 4, O_CLOEXEC);
	if (rig.plan.null_fd < 0)
		rig.plan.null_fd = 4;
	rig.plan.exec_fd = open(rig.program, O_PATH | O_CLOEXEC);
	(void)dup3(rig.plan.exec_fd, 0, O_CLOEXEC);
	rig.plan.exec_fd = 0;
	(void)dup3(ends[1], 1, O_CLOEXEC);
	rig.birth.pair_end = 1;
	rig.birth.stderr_fd = dup3(rig.plan.null_fd, 6, 0);
	for (int i = 0; i < 3; i++)
		(void)fcntl(2, F_DUPFD, RIG_NOFILE + i);
	assert_int_equal(psd_spawn(&rig.plan, &rig.birth, &rig.child, &failure),
	    0);
	for (int i = 0; i < 7; i++)
		if (kept[i] >= 0)
			(void)dup3(kept[i], i, i > 2 ? O_CLOEXEC : 0);
	rig.pair = ends[0];
	assert_int_equal(send(rig.pair, "x", 1, MSG_NOSIGNAL), 1);
	assert_int_equal(recv(rig.pair, &answer, 1, 0), 1);
	assert_int_equal(answer, 'x');
	assert_int_equal(test_fds_list(rig.child.pid, fds, 64), 4);
	rig.plan.exec_fd = PSD_NO_FD;
	rig.plan.null_fd = PSD_NO_FD;
	stop(&rig);
	assert_int_equal(syscall(SYS_close_range, RIG_NOFILE, RIG_NOFILE + 2,
			     0),
	    0);
	(void)close(ends[1]);
}

static void
helper_leads_a_session_without_a_terminal(void **state)
{
	struct spawn_rig rig;
	char text[1024];
	int group, session, terminal;

	(void)state;
	start(&rig, "tiny_pong");
	(void)spawn_rig_proc(&rig, "stat", text, sizeof(text));
	assert_int_equal(sscanf(strrchr(text, ')'), ") %*c %*d %d %d %d",
			     &group, &session, &terminal),
	    3);
	assert_int_equal(group, rig.child.pid);
	assert_int_equal(session, rig.child.pid);
	assert_int_equal(terminal, 0);
	stop(&rig);
}

static void
signals_are_at_their_defaults_and_unblocked(void **state)
{
	static const char *const sets[] = { "SigBlk", "SigIgn", "SigCgt",
		"SigPnd", "ShdPnd" };
	struct spawn_rig rig;
	sigset_t some, before;
	char text[64];

	(void)state;
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	assert_true(signal(SIGHUP, SIG_IGN) != SIG_ERR);
	(void)sigemptyset(&some);
	(void)sigaddset(&some, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &some, &before);
	/* As at the daemon's start, whoever started it with these ignored. */
	assert_int_equal(psd_spawn_prepare_process(), 0);
	start(&rig, "tiny_pong");
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		spawn_rig_status(&rig, sets[i], text, sizeof(text));
		assert_string_equal(text, "0000000000000000");
	}
	stop(&rig);
	(void)sigprocmask(SIG_SETMASK, &before, &some);
	assert_int_equal(sigismember(&some, SIGTERM), 1);
	assert_int_equal(sigismember(&some, SIGUSR1), 0);
}

static void
environment_is_the_given_one_and_where_the_end_is(void **state)
{
	static char language[] = "LANG=C";
	char *environment[] = { language, NULL };
	struct spawn_rig rig;
	char text[4096], wanted[256];
	long n;
	int len;

	(void)state;
	assert_int_equal(setenv("SECRET", "of the daemon", 1), 0);
	assert_int_equal(spawn_rig_init(&rig, "tiny_pong"), 0);
	rig.plan.environment = environment;
	assert_int_equal(spawn_rig_start(&rig), 0);
	n = spawn_rig_proc(&rig, "environ", text, sizeof(text));
	len = snprintf(wanted, sizeof(wanted),
	    "LANG=C%cLISTEN_PID=%d%cLISTEN_FDS=1%cLISTEN_FDNAMES=privsep", 0,
	    rig.child.pid, 0, 0);
	assert_int_equal(n, len + 1);
	assert_memory_equal(text, wanted, (size_t)n);
	stop(&rig);
}

static void
helper_dies_with_the_thread_that_started_it(void **state)
{
	const uint64_t args[6] = { 2 /* PR_GET_PDEATHSIG */ };
	struct spawn_rig rig;
	struct remote_call call = {
		.number = SYS_prctl,
		.args = { args[0], 0 },
		.pointers = 2,
	};
	int number;

	(void)state;
	start(&rig, "tiny_remote");
	assert_int_equal(send(rig.pair, &call, sizeof(call), 0), sizeof(call));
	assert_int_equal(recv(rig.pair, &rig.result, sizeof(rig.result), 0),
	    sizeof(rig.result));
	memcpy(&number, rig.result.bytes, sizeof(number));
	assert_int_equal(number, SIGKILL);
	stop(&rig);
}

/* In a child: starts a helper, tells its id, and dies. */
static int
start_and_die(void *argument)
{
	const int *out = argument;
	struct spawn_rig rig;

	if (spawn_rig_init(&rig, "tiny_pong") < 0 || spawn_rig_start(&rig) < 0)
		return 1;
	if (write(*out, &rig.child.pid, sizeof(rig.child.pid)) < 0)
		return 1;
	(void)kill(getpid(), SIGKILL);
	return 1;
}

static void
death_of_the_daemon_kills_the_helper(void **state)
{
	int ends[2], status;
	pid_t daemon, helper = -1;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	daemon = test_child_start(start_and_die, &ends[1]);
	assert_true(daemon > 0);
	assert_int_equal(read(ends[0], &helper, sizeof(helper)),
	    sizeof(helper));
	assert_int_equal(test_child_wait(daemon, &status), 0);
	for (int i = 0; i < TEST_DEADLINE && kill(helper, 0) == 0; i++)
		(void)usleep(1000);
	assert_int_equal(kill(helper, 0), -1);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void
standard_error_goes_where_it_was_told(void **state)
{
	static const char said[] = "said";
	const uint64_t args[6] = { STDERR_FILENO, 0, sizeof(said) - 1 };
	struct spawn_rig rig;
	int ends[2];
	char text[16] = "";

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(spawn_rig_init(&rig, "tiny_remote"), 0);
	rig.birth.stderr_fd = ends[1];
	assert_int_equal(spawn_rig_start(&rig), 0);
	assert_int_equal(spawn_rig_call_text(&rig, SYS_write, 1, said, args),
	    4);
	assert_int_equal(read(ends[0], text, sizeof(text)), 4);
	assert_string_equal(text, said);
	stop(&rig);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(helper_answers_over_its_pair),
		cmocka_unit_test(
		    helper_has_standard_descriptors_and_its_end_alone),
		cmocka_unit_test(descriptors_that_stand_in_the_way_are_moved),
		cmocka_unit_test(helper_leads_a_session_without_a_terminal),
		cmocka_unit_test(signals_are_at_their_defaults_and_unblocked),
		cmocka_unit_test(
		    environment_is_the_given_one_and_where_the_end_is),
		cmocka_unit_test(helper_dies_with_the_thread_that_started_it),
		cmocka_unit_test(death_of_the_daemon_kills_the_helper),
		cmocka_unit_test(standard_error_goes_where_it_was_told),
	};
	const int skipped = spawn_rig_prepare();

	if (skipped != 0)
		return skipped;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
