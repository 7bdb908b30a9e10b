/* SPDX-License-Identifier: ISC */
/* What a service manager is told at the start. */
#include "tests/support/child.h"
#include "tests/support/daemon_rig.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static struct daemon_rig rig;
static int manager = -1;

static int
begin(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	(void)state;
	daemon_rig_prepare(&rig);
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/notify",
	    rig.dir);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return bind(manager, (const struct sockaddr *)&sun, sizeof(sun)) < 0 ||
	    setenv("NOTIFY_SOCKET", sun.sun_path, 1) < 0;
}

static int
end(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	(void)unsetenv("NOTIFY_SOCKET");
	return close(manager);
}

/* The datagram that says READY=1. */
static const char *
hear_ready(void)
{
	static char text[2048];
	ssize_t n;

	do {
		assert_true(test_poll(manager, POLLIN, TEST_DEADLINE) != 0);
		n = recv(manager, text, sizeof(text) - 1, 0);
		assert_true(n >= 0);
		text[n] = '\0';
	} while (strstr(text, "READY=1\n") == NULL);
	return text;
}

static void
all_services_are_counted_when_all_serve(void **state)
{
	(void)state;
	daemon_rig_puppet(&rig, "good", "Instances=2", "");
	daemon_rig_start(&rig);
	assert_string_equal(hear_ready(),
	    "READY=1\nSTATUS=1 service, 2 helpers");
	assert_true(daemon_rig_has_logged(&rig, "ready: 2 helpers\n"));
}

static void
a_service_that_is_held_back_does_not_pass_for_one_that_serves(void **state)
{
	const char *text;

	(void)state;
	daemon_rig_puppet(&rig, "good", "", "");
	daemon_rig_puppet(&rig, "sick",
	    "StartLimitBurst=2\nRestartSec=10ms\n"
	    "ExecStart=\nExecStart=%p die",
	    "");
	daemon_rig_start(&rig);
	text = hear_ready();
	assert_non_null(strstr(text, "\nSTATUS=1 of 2 services, "));
	assert_non_null(strstr(text, "; held back: sick"));
	assert_true(daemon_rig_logs(&rig, " helpers; held back: sick\n"));
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(all_services_are_counted_when_all_serve),
		TEST(
		    a_service_that_is_held_back_does_not_pass_for_one_that_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
