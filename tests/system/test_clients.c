/* SPDX-License-Identifier: ISC */
/* Ordinary programs that call a service's helpers by the library. */
#include "helper/privsep.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/partner_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { ALICE = 12345, TEXT = 256, KILLS = 6 };

static const struct door_user alice = { ALICE, ALICE, 0 };
static const char calls[] =
    "SystemCallFilter=@helper @loader\nAllowOpen=read %s/files/**";
static const char calls_with_descriptors[] =
    "SystemCallFilter=@helper @loader @send-descriptors\n"
    "AllowOpen=read %s/files/**";

static struct daemon_rig rig;
static char text[TEXT];

static int
prepare(void **state)
{
	(void)state;
	daemon_rig_prepare(&rig);
	partner_find(&rig);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	daemon_rig_clean(&rig);
	return 0;
}

static int
ask(const char *message)
{
	return partner_ask("svc", message, -1, text, sizeof(text), NULL);
}

static void
expect_from_alice(int (*body)(void *argument))
{
	const pid_t pid = test_child_start(body, NULL);

	assert_true(pid > 0);
	assert_int_equal(test_child_exit_status(pid), 0);
}

static int
use_a_key_that_she_cannot_read(void *argument)
{
	char path[512];
	char first[TEXT];

	(void)argument;
	TEST_EXPECT(door_become(&alice) == 0);
	(void)snprintf(path, sizeof(path), "%s/files/key", rig.dir);
	TEST_EXPECT(open(path, O_RDONLY) < 0 && errno == EACCES);
	TEST_EXPECT(ask("sign pay 10") == 0);
	TEST_EXPECT(strlen(text) == 16);
	(void)snprintf(first, sizeof(first), "%s", text);
	TEST_EXPECT(ask("sign pay 10") == 0 && strcmp(text, first) == 0);
	TEST_EXPECT(ask("sign pay 99") == 0 && strcmp(text, first) != 0);
	/* Not by its helper either, who gave up opening it. */
	(void)snprintf(path, sizeof(path), "give %s/files/key", rig.dir);
	TEST_EXPECT(ask(path) == -EPERM);
	return 0;
}

static void
a_key_stays_in_a_process_of_its_own(void **state)
{
	char path[512];

	(void)state;
	daemon_rig_write(&rig, "files/key", "a secret of sixteen\n");
	(void)snprintf(path, sizeof(path), "%s/files/key", rig.dir);
	assert_int_equal(chmod(path, 0600), 0);
	partner_policy(&rig, "svc", "%s/files/key",
	    "Clients=user:12345\nInstances=2..8", calls);
	daemon_rig_start(&rig);
	expect_from_alice(use_a_key_that_she_cannot_read);
}

static int
pass_descriptors(void *argument)
{
	int fd, got = -1;

	(void)argument;
	TEST_EXPECT(door_become(&alice) == 0);
	fd = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
	TEST_EXPECT(fd >= 0);
	TEST_EXPECT(
	    partner_ask("svc", "read", fd, text, sizeof(text), NULL) == 0);
	TEST_EXPECT(strncmp(text, "test_clients", 12) == 0);
	(void)snprintf(text, sizeof(text), "give %s/files/shown", rig.dir);
	TEST_EXPECT(
	    partner_ask("svc", text, -1, text, sizeof(text), &got) == 0);
	TEST_EXPECT(got >= 0 && strcmp(text, "here") == 0);
	TEST_EXPECT(read(got, text, sizeof(text)) == 6);
	TEST_EXPECT(memcmp(text, "shown\n", 6) == 0);
	return 0;
}

static void
descriptors_pass_both_ways(void **state)
{
	(void)state;
	daemon_rig_write(&rig, "files/shown", "shown\n");
	partner_policy(&rig, "svc", "",
	    "Clients=user:12345\nInstances=2..8\nAcceptFileDescriptors=yes",
	    calls_with_descriptors);
	daemon_rig_start(&rig);
	expect_from_alice(pass_descriptors);
}

static bool
has_pass_rights(void)
{
	int ends[2], value = 0;
	socklen_t len = sizeof(value);
	int r;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	r = getsockopt(ends[0], SOL_SOCKET, 83, &value, &len);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return r == 0;
}

static void
descriptors_pass_neither_way_unless_the_policy_says_so(void **state)
{
	char message[512];

	(void)state;
	daemon_rig_write(&rig, "files/shown", "shown\n");
	partner_policy(&rig, "svc", "", "Clients=user:0\nInstances=2..8",
	    calls);
	daemon_rig_start(&rig);
	if (has_pass_rights())
		assert_int_equal(partner_ask("svc", "read", STDIN_FILENO, text,
				     sizeof(text), NULL),
		    -EPERM);
	/* The helper is killed for the call that it may not make. */
	(void)snprintf(message, sizeof(message), "give %s/files/shown",
	    rig.dir);
	assert_int_equal(ask(message), -EPIPE);
	assert_true(daemon_rig_logs(&rig, "sendmsg"));
	assert_int_equal(ask("echo still"), 0);
	assert_string_equal(text, "still");
}

static void
a_client_whose_helper_dies_learns_it_and_finds_another(void **state)
{
	(void)state;
	partner_policy(&rig, "svc", "", "Clients=user:0\nInstances=1..4",
	    calls);
	daemon_rig_start(&rig);
	for (int i = 0; i < KILLS; i++)
		assert_int_equal(ask("die"), -EPIPE);
	assert_int_equal(ask("echo yes"), 0);
	assert_true(daemon_rig_has_logged(&rig, "ended: abrupt"));
}

static void
a_client_whose_helper_hangs_waits_as_long_as_it_said(void **state)
{
	const struct privsep_message call = { .bytes = "hang", .len = 4 };
	struct privsep_buffer reply = { .size = 0 };
	struct privsep *client;
	const char *status;

	(void)state;
	partner_policy(&rig, "svc", "",
	    "Clients=user:0\nInstances=1..4\nTimeoutStopSec=100ms", calls);
	daemon_rig_start(&rig);
	assert_int_equal(privsep_connect(&client, "svc"), 0);
	privsep_set_timeout(client, 200000);
	assert_int_equal(privsep_call(client, &call, &reply), -ETIMEDOUT);
	/* Whoever stops the service ends it, too. */
	assert_int_equal(daemon_rig_ctl(&rig, &status, "stop", "svc", NULL), 0);
	privsep_set_timeout(client, 0);
	assert_int_equal(privsep_call(client, &call, &reply), -EPIPE);
	assert_int_equal(privsep_end(client), 0);
	assert_int_equal(ask("echo"), -ESHUTDOWN);
}

/* Calls, and is killed before it has read the answer. */
static int
call_and_die(void *argument)
{
	const struct privsep_message call = { .bytes = "pid", .len = 3 };
	struct privsep_buffer reply = { .bytes = text, .size = sizeof(text) };
	struct privsep *client, *handle;

	(void)argument;
	TEST_EXPECT(privsep_connect(&client, "svc") == 0);
	TEST_EXPECT(privsep_handle_new(&handle, client, 0) == 0);
	TEST_EXPECT(privsep_call(handle, &call, &reply) == -EINPROGRESS);
	return kill(getpid(), SIGKILL);
}

static void
a_helper_whose_client_dies_ends_in_order(void **state)
{
	int status;

	(void)state;
	partner_policy(&rig, "svc", "", "Clients=user:0", calls);
	daemon_rig_start(&rig);
	for (int i = 0; i < KILLS; i++) {
		const pid_t pid = test_child_start(call_and_die, NULL);

		assert_int_equal(test_child_wait(pid, &status), 0);
	}
	assert_int_equal(ask("echo yes"), 0);
	assert_true(daemon_rig_logs(&rig, "ended: orderly"));
	assert_false(daemon_rig_has_logged(&rig, "ended: abrupt"));
	assert_false(daemon_rig_has_logged(&rig, "ended: overdue"));
}

static int
try_all_else(void *argument)
{
	struct privsep *client;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char path[512];

	(void)argument;
	TEST_EXPECT(door_become(&alice) == 0);
	TEST_EXPECT(ask("echo yes") == 0);
	TEST_EXPECT(privsep_connect(&client, "other") == -EPERM);
	TEST_EXPECT(privsep_connect(&client, "closed") == -ENOENT);
	TEST_EXPECT(privsep_connect(&client, "none") == -ENOENT);
	TEST_EXPECT(privsep_connect(&client, "") == -EINVAL);
	TEST_EXPECT(privsep_connect(&client, "../control") == -EINVAL);
	(void)snprintf(address.sun_path, sizeof(address.sun_path),
	    "%s/run/control.sock", rig.dir);
	TEST_EXPECT(
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 &&
	    errno == EACCES);
	(void)snprintf(path, sizeof(path), "%s/run/lock", rig.dir);
	TEST_EXPECT(open(path, O_RDONLY) < 0 && errno == EACCES);
	(void)snprintf(path, sizeof(path), "%s/run/service/svc.sock", rig.dir);
	TEST_EXPECT(unlink(path) < 0 && errno == EACCES);
	TEST_EXPECT(chmod(path, 0777) < 0 && errno == EPERM);
	return 0;
}

static void
a_client_reaches_its_service_and_nothing_else(void **state)
{
	(void)state;
	partner_policy(&rig, "svc", "", "Clients=user:12345", calls);
	partner_policy(&rig, "other", "", "Clients=user:54321", calls);
	daemon_rig_puppet(&rig, "closed", "", "");
	daemon_rig_start(&rig);
	expect_from_alice(try_all_else);
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown((test), prepare, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(a_key_stays_in_a_process_of_its_own),
		WITH_RIG(descriptors_pass_both_ways),
		WITH_RIG(
		    descriptors_pass_neither_way_unless_the_policy_says_so),
		WITH_RIG(
		    a_client_whose_helper_dies_learns_it_and_finds_another),
		WITH_RIG(a_client_whose_helper_hangs_waits_as_long_as_it_said),
		WITH_RIG(a_helper_whose_client_dies_ends_in_order),
		WITH_RIG(a_client_reaches_its_service_and_nothing_else),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP other users' clients need root");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
