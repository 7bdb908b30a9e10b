/* SPDX-License-Identifier: ISC */
/* The closing of what was sent, when something is missing for it. */
#include "common/fd.h"
#include "daemon/dispose.h"
#include "tests/support/child.h"
#include "tests/support/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	LONG = 300,
	HOG_MSEC = 200,
	NOBODY = 65534,
	TURN_USEC = 10000,
	CROWD = 16,
	GAP_USEC = 1000
};

static sd_event *event;

static int
begin(void)
{
	return sd_event_new(&event) < 0 ? -1 : psd_dispose_init(event);
}

static int
prepare(void **state)
{
	(void)state;
	return begin();
}

static int
clean(void **state)
{
	(void)state;
	psd_dispose_stop();
	event = sd_event_unref(event);
	return 0;
}

static void
turn(void)
{
	(void)sd_event_run(event, TURN_USEC);
}

static void
settle(void)
{
	while (psd_dispose_is_busy(NULL))
		turn();
}

/* On this processor only, and before all others of a lower rank. */
static int
take_processor(int cpu, int rank)
{
	const struct sched_param param = { .sched_priority = rank };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		return -errno;
	return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) <
		0
	    ? -errno
	    : 0;
}

struct hog {
	int cpu, ready;
};

static int
take_all(void *argument)
{
	const struct hog *hog = argument;
	const int r = take_processor(hog->cpu, 1);
	const double end = test_linger_now() + HOG_MSEC / 1000.0;

	if (write(hog->ready, &r, sizeof(r)) != sizeof(r))
		return 1;
	while (r == 0 && test_linger_now() < end)
		continue;
	return 0;
}

/*
 * The child has our processor, which the hog takes from it and not from us: we
 * do not wait for it.
 */
static int
dispose_beside_a_hog(void *argument)
{
	struct hog hog = { .cpu = sched_getcpu() };
	double before, waited;
	int ready[2], ends[2], r = 0;
	pid_t pid;

	(void)argument;
	if (begin() < 0 || pipe(ready) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return 1;
	hog.ready = ready[1];
	if (take_processor(hog.cpu, 2) < 0)
		return 77;
	pid = test_child_start(take_all, &hog);
	if (pid < 0 || read(ready[0], &r, sizeof(r)) != sizeof(r))
		return 1;
	if (r < 0)
		return 77;
	before = test_linger_now();
	psd_dispose(ends, 2);
	(void)sd_event_run(event, 0);
	waited = test_linger_now() - before;
	settle();
	test_child_kill(pid);
	return waited > HOG_MSEC / 2000.0 || fcntl(ends[0], F_GETFD) >= 0 ||
	    fcntl(ends[1], F_GETFD) >= 0;
}

static void
a_child_that_gets_no_processor_is_not_waited_for_nor_taken_for_slow(
    void **state)
{
	const pid_t pid = test_child_start(dispose_beside_a_hog, NULL);
	const int status = test_child_exit_status(pid);

	(void)state;
	if (status == 77) {
		print_message("SKIP: no real-time scheduling here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static ino_t
inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 ? 0 : status.st_ino;
}

/* What is left has another child; it was left open, and shut only at the end. */
static void
what_a_killed_child_did_not_close_is_closed(void **state)
{
	int fds[3], peers[2], more[2];
	ino_t inodes[3];

	(void)state;
	fds[0] = test_linger(LONG, &peers[0]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     more),
	    0);
	fds[1] = more[0];
	fds[2] = more[1];
	for (size_t i = 0; i < 3; i++)
		inodes[i] = inode_of(fds[i]);
	psd_dispose(fds, 3);
	while (psd_dispose_count_slow() == 0)
		turn();
	assert_true(fcntl(fds[2], F_GETFD) >= 0);
	psd_dispose_kill();
	while (psd_dispose_is_busy(NULL))
		turn();
	/* The log, which opens its pipe by then, may have got the number. */
	for (size_t i = 0; i < 3; i++)
		assert_int_not_equal(inode_of(fds[i]), inodes[i]);
	psd_fd_close(peers[0]);
}

/* Limits on processes are none for root. */
static int
become_nobody(void)
{
	return setresuid(NOBODY, NOBODY, NOBODY);
}

static int
dispose_without_children(void *argument)
{
	struct rlimit limit, none;
	int ends[2];

	(void)argument;
	if (begin() < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
	    getrlimit(RLIMIT_NPROC, &limit) < 0 || become_nobody() < 0)
		return 1;
	none = (struct rlimit){ 0, limit.rlim_max };
	if (setrlimit(RLIMIT_NPROC, &none) < 0)
		return 1;
	psd_dispose(ends, 2);
	for (int i = 0; i < 100; i++)
		turn();
	if (!psd_dispose_is_busy(NULL) || fcntl(ends[0], F_GETFD) < 0)
		return 2;
	if (setrlimit(RLIMIT_NPROC, &limit) < 0)
		return 3;
	settle();
	return fcntl(ends[0], F_GETFD) >= 0 || fcntl(ends[1], F_GETFD) >= 0;
}

static void
without_a_process_for_it_it_is_closed_later(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(dispose_without_children, NULL)),
	    0);
}

static void
without_a_descriptor_left_it_is_closed_as_ever(void **state)
{
	struct rlimit limit, few;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     ends),
	    0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = (struct rlimit){ 0, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	psd_dispose(ends, 2);
	settle();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(fcntl(ends[0], F_GETFD) < 0);
	assert_true(fcntl(ends[1], F_GETFD) < 0);
}

static void
send_nothing(void)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	psd_dispose(&fd, 1);
}

static void
who_goes_on_sending_puts_off_no_look(void **state)
{
	const double end = test_linger_now() + TEST_DEADLINE / 1000.0;
	int ends[2];
	char byte;

	(void)state;
	/* More than have a child at a time. */
	for (int i = 0; i < CROWD; i++)
		send_nothing();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     ends),
	    0);
	psd_dispose(&ends[0], 1);
	while (recv(ends[1], &byte, 1, MSG_DONTWAIT) != 0) {
		assert_true(test_linger_now() < end);
		send_nothing();
		(void)usleep(GAP_USEC);
		(void)sd_event_run(event, 0);
	}
	settle();
	assert_int_equal(close(ends[1]), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
		TEST(
		    a_child_that_gets_no_processor_is_not_waited_for_nor_taken_for_slow),
		TEST(what_a_killed_child_did_not_close_is_closed),
		TEST(without_a_process_for_it_it_is_closed_later),
		TEST(without_a_descriptor_left_it_is_closed_as_ever),
		TEST(who_goes_on_sending_puts_off_no_look),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
