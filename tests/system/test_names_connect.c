/* SPDX-License-Identifier: ISC */
/* Connections by name, with a real resolver and a name server of the test's. */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/names_rig.h"
#include "tests/support/net_rig.h"

#include <unistd.h>

/* Says where it was led, or the error. */
static const char *
connect_to(int asker, const char *host, int listener)
{
	char text[PSD_ENDPOINT_TEXT_MAX + 1];

	net_name(listener, text);
	return daemon_rig_say(asker, "connect %s %u", host,
	    (unsigned)net_endpoint(text).port);
}

static void
a_name_leads_to_what_its_server_says_and_the_line_grants(void **state)
{
	const int listener = net_listener("127.0.0.1:0", 8);
	int one, two, served;

	(void)state;
	names_rig_write("two", "AllowConnectName=tcp **:*");
	one = names_rig_start("AllowConnectName=tcp *.test:* to=127.0.0.0/8");
	two = daemon_rig_connect(&names_rig, "two");
	assert_memory_equal(connect_to(one, "local.test", listener),
	    "127.0.0.1 ", 10);
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	psd_fd_close(served);
	/* A name that leads to the host itself, where no line says it may. */
	assert_string_equal(connect_to(two, "local.test", listener), "error 1");
	assert_string_equal(connect_to(two, "localhost", listener), "error 1");
	assert_int_equal(test_poll(listener, POLLIN, 0), 0);
	/* And one that leads elsewhere than the line has it. */
	assert_string_equal(connect_to(one, "some.test", listener), "error 1");
	assert_string_equal(connect_to(one, "local.org", listener), "error 1");
	assert_string_equal(connect_to(one, "none.test", listener), "error 2");
	psd_fd_close(listener);
	(void)close(one);
	(void)close(two);
}

static void
a_name_that_nobody_answers_for_ends_at_the_deadline(void **state)
{
	const int listener = net_listener("127.0.0.1:0", 8);
	int fd;

	(void)state;
	fd = names_rig_start("AllowConnectName=tcp **:*\n"
			     "RequestTimeoutSec=1s");
	assert_string_equal(connect_to(fd, "slow.test", listener), "error 110");
	assert_string_equal(daemon_rig_say(fd, "ping"), "0");
	psd_fd_close(listener);
	(void)close(fd);
}

/* Some kernels let nobody else attach the filter that pins a connection. */
static int
prepare(void **state)
{
	const int r = names_rig_prepare(state);

	daemon_rig_write(&names_rig, "privsepd.conf",
	    "[Daemon]\nResolver=%h/resolver\n"
	    "KeepCapabilities=CAP_NET_ADMIN\n");
	return r;
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, prepare, names_rig_clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_leads_to_what_its_server_says_and_the_line_grants),
		TEST(a_name_that_nobody_answers_for_ends_at_the_deadline),
	};

	if (geteuid() != 0) {
		printf("1..0 # SKIP only root has a network of its own\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, names_rig_enter, names_rig_leave);
}
