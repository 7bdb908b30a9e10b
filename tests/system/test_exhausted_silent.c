/* SPDX-License-Identifier: ISC */
/* Clients of control.sock that say nothing, when no descriptor is left. */
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"
#include "tests/support/fds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { SILENT = 60, FDS_MAX = 512 };

static struct daemon_rig rig;

static int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	daemon_rig_puppet(&rig, "one", "Instances=1", "");
	daemon_rig_start(&rig);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

/* No new one has a number below the limit. */
static void
leave_no_descriptor(void)
{
	static struct test_fd list[FDS_MAX];
	const ssize_t n = test_fds_list(rig.pid, list, FDS_MAX);
	struct rlimit limit;
	rlim_t last = 0;

	assert_true(n > 0 && n < FDS_MAX);
	for (ssize_t i = 0; i < n; i++)
		if ((rlim_t)list[i].number > last)
			last = (rlim_t)list[i].number;
	assert_int_equal(prlimit(rig.pid, RLIMIT_NOFILE, NULL, &limit), 0);
	limit.rlim_cur = (rlim_t)n <= last ? (rlim_t)n : last + 1;
	assert_int_equal(prlimit(rig.pid, RLIMIT_NOFILE, &limit, NULL), 0);
}

/* Waits until it is let in, and then until it is put out. */
static int
be_silent(void *argument)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char byte;

	(void)argument;
	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s/run/control.sock",
	    rig.dir);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return 1;
	return recv(fd, &byte, 1, 0) > 0;
}

/* privsepctl waits a minute; at two seconds each they took two. */
static void
many_in_a_row_do_not_keep_out_whoever_asks_something(void **state)
{
	pid_t silent[SILENT];
	const char *told;

	(void)state;
	leave_no_descriptor();
	for (size_t i = 0; i < SILENT; i++) {
		silent[i] = test_child_start(be_silent, NULL);
		assert_true(silent[i] > 0);
	}
	(void)usleep(200000);
	assert_int_equal(daemon_rig_ctl(&rig, &told, "status", NULL), 0);
	assert_non_null(strstr(told, "descriptors: "));
	for (size_t i = 0; i < SILENT; i++)
		test_child_kill(silent[i]);
	assert_int_equal(daemon_rig_stop(&rig), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    many_in_a_row_do_not_keep_out_whoever_asks_something,
		    prepare, clean),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP limits of a daemon's helpers need root");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
