/* SPDX-License-Identifier: ISC */
/* control.sock with as many clients as it takes, and no descriptor left. */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/unit/control_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { CLIENTS = 64 };

static int
make_socket(void)
{
	const int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	return fd;
}

static void
come(int fd)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s",
	    owner.control->path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)),
	    0);
	for (int i = 0; i < 2; i++)
		(void)sd_event_run(psd_loop(&owner), TURN_USEC);
}

static void
expect_refused(int fd)
{
	char byte;

	/* So many at a time, and then it rests. */
	for (int ms = 0; test_poll(fd, POLLIN, 0) == 0; ms++) {
		assert_true(ms < TEST_DEADLINE);
		(void)sd_event_run(psd_loop(&owner), TURN_USEC);
	}
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	psd_fd_close(fd);
}

/* Else the next one would take the place of the reserve, and for long. */
static void
who_is_refused_gives_the_reserve_back(void **state)
{
	struct rlimit limit, none;
	int fds[CLIENTS], one_more, highest;

	(void)state;
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = make_socket();
		come(fds[i]);
	}
	one_more = make_socket();
	come(one_more);
	expect_refused(one_more);
	one_more = make_socket();
	/* The highest of all, with none free below it. */
	do
		highest = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	while (highest >= 0 && highest < CLIENTS * 4);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){ (rlim_t)highest + 1, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_true(owner.control->reserve >= 0);
	come(one_more);
	expect_refused(one_more);
	assert_true(owner.control->reserve >= 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int i = 0; i < CLIENTS; i++)
		psd_fd_close(fds[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    who_is_refused_gives_the_reserve_back, begin_control,
		    end_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
