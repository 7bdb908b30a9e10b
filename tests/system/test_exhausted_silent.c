/* SPDX-License-Identifier: ISC */
/* Clients of control.sock that say nothing, when no descriptor is left. */
#include "tests/support/child.h"
#include "tests/support/fds_limit.h"
#include "tests/system/rig_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SILENT = 60 };

static int
start(void **state)
{
	(void)prepare(state);
	daemon_rig_puppet(&rig, "one", "Instances=1", "");
	daemon_rig_start(&rig);
	return 0;
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
	test_fds_leave(rig.pid, 0);
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
		    many_in_a_row_do_not_keep_out_whoever_asks_something, start,
		    clean),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP limits of a daemon's helpers need root");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
