/* SPDX-License-Identifier: ISC */
#include "tests/support/kernel.h"
#include "tests/system/door_fixture.h"

static void
those_whom_clients_names_are_admitted_and_nobody_else(void **state)
{
	static const struct {
		struct door_user who;
		int expected;
	} cases[] = {
		{ { ALICE, ALICE, 0 }, 0 },
		{ { ALICE, OTHERS, OTHERS }, 0 },
		{ { BOB, STAFF, 0 }, 0 },
		{ { BOB, BOB, STAFF }, 0 },
		{ { BOB, BOB, 0 }, -EPERM },
		{ { BOB, BOB, OTHERS }, -EPERM },
		/* A number of the one kind is none of the other. */
		{ { STAFF, BOB, 0 }, -EPERM },
		{ { BOB, ALICE, ALICE }, -EPERM },
		{ { 0, 0, 0 }, -EPERM },
	};

	(void)state;
	start("Instances=1..8\nClients=user:12345\nClients=group:23456");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(door_try(&rig, "svc", &cases[i].who),
		    cases[i].expected);
	assert_true(daemon_rig_has_logged(&rig,
	    "svc: refused client: uid 12346, pid "));
	assert_true(daemon_rig_has_logged(&rig, "not in Clients="));
	assert_non_null(strstr(status_of_service(), "\"clients_refused\": 5"));
}

static void
the_sockets_mode_says_what_it_can(void **state)
{
	char path[4096];
	struct stat status;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/run/service/svc.sock", rig.dir);
	start("Clients=group:23456");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0660);
	assert_int_equal(status.st_gid, STAFF);
	assert_int_equal(door_try(&rig, "svc", &alice), -EACCES);
	daemon_rig_puppet(&rig, "svc", "Clients=group:23456 user:12345", "");
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	assert_true(daemon_rig_logs(&rig, "reloaded: generation 2"));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0666);
	assert_int_equal(door_try(&rig, "svc", &alice), 0);
	/* And without Clients= there is no door. */
	daemon_rig_puppet(&rig, "svc", "", "");
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	assert_true(daemon_rig_logs(&rig, "reloaded: generation 3"));
	assert_int_equal(door_try(&rig, "svc", &alice), -ENOENT);
}

/* The kernel notes who connects; whoever has the socket later is asked not. */
static int
claim_to_be_root(void *argument)
{
	union {
		struct cmsghdr align;
		unsigned char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control = { .bytes = { 0 } };
	struct iovec bytes = { (char[]){ "uid=0" }, 5 };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *message = CMSG_FIRSTHDR(&header);
	const struct ucred root = { .pid = 1, .uid = 0, .gid = 0 };
	int fd;

	(void)argument;
	TEST_EXPECT(door_become(&bob) == 0);
	fd = door_connect(&rig, "svc");
	TEST_EXPECT(fd >= 0);
	message->cmsg_level = SOL_SOCKET;
	message->cmsg_type = SCM_CREDENTIALS;
	message->cmsg_len = CMSG_LEN(sizeof(root));
	memcpy(CMSG_DATA(message), &root, sizeof(root));
	TEST_EXPECT(sendmsg(fd, &header, MSG_NOSIGNAL) < 0);
	TEST_EXPECT(door_say(fd, "uid=12345 gid=23456", NULL, 0) == -EPERM);
	return 0;
}

static void
what_a_client_says_of_itself_counts_for_nothing(void **state)
{
	pid_t pid;

	(void)state;
	start("Clients=user:12345 group:23456");
	pid = test_child_start(claim_to_be_root, NULL);
	assert_int_equal(test_child_exit_status(pid), 0);
}

static void
each_client_has_a_fresh_helper_unless_the_policy_reuses_them(void **state)
{
	char first[32], second[32];
	int fd;

	(void)state;
	start("Instances=1..2\nClients=user:0");
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "pid", first, sizeof(first)), 0);
	(void)close(fd);
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "pid", second, sizeof(second)), 0);
	(void)close(fd);
	assert_string_not_equal(first, second);
	daemon_rig_puppet(&rig, "svc",
	    "Instances=1\nClients=user:0\nReuseInstances=yes", "");
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	assert_true(daemon_rig_logs(&rig, "reloaded: generation 2"));
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "pid", first, sizeof(first)), 0);
	(void)close(fd);
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "pid", second, sizeof(second)), 0);
	(void)close(fd);
	assert_string_equal(first, second);
}

static void
who_waits_is_judged_again_by_a_new_policy(void **state)
{
	int served, waiting;

	(void)state;
	start("Clients=user:0");
	served = door_connect(&rig, "svc");
	assert_int_equal(door_say(served, "ping 1", NULL, 0), 0);
	waiting = door_connect(&rig, "svc");
	assert_int_equal(send(waiting, "ping 1", 6, MSG_NOSIGNAL), 6);
	/* Admitted by the old one, or it would be the door that refuses. */
	for (int ms = 0; ms < TEST_DEADLINE; ms += TEST_GLIMPSE) {
		if (strstr(status_of_service(), "\"connections\": 2") != NULL)
			break;
		(void)poll(NULL, 0, TEST_GLIMPSE);
	}
	daemon_rig_puppet(&rig, "svc", "Clients=user:12345", "");
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	assert_int_equal(door_hear(waiting, NULL, 0), -EPERM);
	assert_true(daemon_rig_logs(&rig, "the policy has changed"));
	/* Who has a helper already keeps it. */
	assert_int_equal(door_say(served, "ping 1", NULL, 0), 0);
	(void)close(waiting);
	(void)close(served);
	assert_int_equal(door_try(&rig, "svc", &alice), 0);
}

static void
a_stopped_service_says_so(void **state)
{
	const char *text;
	int served, waiting;

	(void)state;
	start("Clients=user:0\nTimeoutStopSec=100ms");
	served = door_connect(&rig, "svc");
	assert_int_equal(door_say(served, "ping 1", NULL, 0), 0);
	waiting = door_connect(&rig, "svc");
	assert_int_equal(send(waiting, "ping 1", 6, MSG_NOSIGNAL), 6);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "stop", "svc", NULL), 0);
	assert_int_equal(door_hear(waiting, NULL, 0), -ESHUTDOWN);
	assert_true(daemon_rig_logs(&rig, "the service was stopped"));
	assert_int_equal(door_hear(served, NULL, 0), -EPIPE);
	(void)close(waiting);
	(void)close(served);
	waiting = door_connect(&rig, "svc");
	assert_int_equal(door_say(waiting, "ping 1", NULL, 0), -ESHUTDOWN);
	(void)close(waiting);
	assert_int_equal(daemon_rig_ctl(&rig, &text, "status", "svc", NULL), 0);
	assert_non_null(strstr(text, ": the service is stopped"));
	assert_int_equal(daemon_rig_ctl(&rig, &text, "reload", NULL), 0);
	waiting = door_connect(&rig, "svc");
	assert_int_equal(door_say(waiting, "ping 1", NULL, 0), 0);
	(void)close(waiting);
}

static int
send_descriptor(int fd)
{
	union {
		struct cmsghdr align;
		unsigned char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec bytes = { (char[]){ "ping 1" }, 6 };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *message = CMSG_FIRSTHDR(&header);

	message->cmsg_level = SOL_SOCKET;
	message->cmsg_type = SCM_RIGHTS;
	message->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(message), &fd, sizeof(fd));
	return sendmsg(fd, &header, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/*
 * Closing one can take as long as its owner likes (SO_LINGER, a network file
 * system), so none may come to lie in what the daemon closes.
 */
static void
descriptors_cannot_be_sent_before_a_helper_takes_them(void **state)
{
	int fd;

	(void)state;
	if (!kernel_refuses_descriptors()) {
		print_message("SKIP: this kernel has no SO_PASSRIGHTS\n");
		skip();
	}
	start("Clients=user:0\nAcceptFileDescriptors=yes");
	fd = door_connect(&rig, "svc");
	assert_true(fd >= 0);
	assert_int_equal(send_descriptor(fd), -EPERM);
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), 0);
	assert_int_equal(send_descriptor(fd), 0);
	(void)close(fd);
	daemon_rig_puppet(&rig, "svc", "Clients=user:0", "");
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	assert_true(daemon_rig_logs(&rig, "reloaded: generation 2"));
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), 0);
	assert_int_equal(send_descriptor(fd), -EPERM);
	(void)close(fd);
}

static void
a_client_sees_the_end_of_a_helper_that_dies(void **state)
{
	int fd;

	(void)state;
	start("Clients=user:0");
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "exit 3", NULL, 0), -EPIPE);
	(void)close(fd);
	fd = door_connect(&rig, "svc");
	assert_int_equal(door_say(fd, "ping 1", NULL, 0), 0);
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(those_whom_clients_names_are_admitted_and_nobody_else),
		WITH_RIG(the_sockets_mode_says_what_it_can),
		WITH_RIG(what_a_client_says_of_itself_counts_for_nothing),
		WITH_RIG(
		    each_client_has_a_fresh_helper_unless_the_policy_reuses_them),
		WITH_RIG(who_waits_is_judged_again_by_a_new_policy),
		WITH_RIG(a_stopped_service_says_so),
		WITH_RIG(descriptors_cannot_be_sent_before_a_helper_takes_them),
		WITH_RIG(a_client_sees_the_end_of_a_helper_that_dies),
	};

	if (!may_run())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
