/* SPDX-License-Identifier: ISC */
#include "tests/op/call_op_fixture.h"
#include "tests/support/kernel.h"

static void
a_caller_has_only_so_many_calls(void **state)
{
	struct op_rig rig;
	int fds[3];

	(void)state;
	op_rig_start(&rig,
	    "Provides=sign\nMaxConnectionsPerUser=2\nMaxConnections=3",
	    policy_lines);
	assert_int_equal(call(&rig, "sign", &fds[0]), 0);
	assert_int_equal(call(&rig, "sign", &fds[1]), 0);
	assert_int_equal(call(&rig, "sign", &fds[2]), -EUSERS);
	psd_fd_close(fds[0]);
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(call(&rig, "sign", &fds[2]), 0);
	psd_fd_close(fds[1]);
	psd_fd_close(fds[2]);
	op_rig_stop(&rig);
	op_rig_start(&rig, "Provides=sign\nMaxConnections=1", policy_lines);
	assert_int_equal(call(&rig, "sign", &fds[0]), 0);
	assert_int_equal(call(&rig, "sign", &fds[1]), -EAGAIN);
	psd_fd_close(fds[0]);
	op_rig_stop(&rig);
}

/* The answer to a hello that may not even have been sent. */
static int
status_heard(int fd)
{
	unsigned char bytes[64];
	int32_t status = 0;
	ssize_t n;

	/* What it said was not read, of which the kernel tells first. */
	do
		n = recv(fd, bytes, sizeof(bytes), 0);
	while (n < 0 && errno == ECONNRESET);
	assert_int_equal(n, PSD_FRAME_HEADER);
	memcpy(&status, bytes + 8, sizeof(status));
	return status;
}

static void
a_call_that_no_helper_takes_is_refused_in_time(void **state)
{
	struct op_rig rig;
	int silent, spoken;

	(void)state;
	op_rig_start(&rig, "Provides=sign\nConnectTimeoutSec=50ms",
	    policy_lines);
	assert_int_equal(call(&rig, "sign", &silent), 0);
	assert_int_equal(call(&rig, "sign", &spoken), 0);
	assert_int_equal(send(spoken, "hello", 5, MSG_NOSIGNAL), 5);
	for (int i = 0; rig.service->clients.n > 0 && i < TEST_DEADLINE; i++) {
		(void)poll(NULL, 0, 1);
		(void)op_rig_is_silent(&rig);
	}
	assert_int_equal(status_heard(silent), -ETIMEDOUT);
	assert_int_equal(status_heard(spoken), -EAGAIN);
	psd_fd_close(silent);
	psd_fd_close(spoken);
	op_rig_stop(&rig);
}

static void
a_provider_that_stops_tells_those_who_wait(void **state)
{
	struct op_rig rig;
	int fd, after;

	(void)state;
	op_rig_start(&rig, helper_lines, policy_lines);
	assert_int_equal(call(&rig, "sign", &fd), 0);
	psd_clients_refuse(rig.service, -ESHUTDOWN, "test");
	assert_int_equal(status_heard(fd), -ESHUTDOWN);
	rig.service->is_stopped = true;
	assert_int_equal(call(&rig, "sign", &after), -ESHUTDOWN);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static int
try_to_pass(int fd)
{
	union {
		struct cmsghdr align;
		unsigned char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec bytes = { (char[]){ "x" }, 1 };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *message = CMSG_FIRSTHDR(&header);
	const int passed = STDIN_FILENO;

	message->cmsg_level = SOL_SOCKET;
	message->cmsg_type = SCM_RIGHTS;
	message->cmsg_len = CMSG_LEN(sizeof(passed));
	memcpy(CMSG_DATA(message), &passed, sizeof(passed));
	return sendmsg(fd, &header, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* What the kernel lets pass to the provider, and from it. */
static void
expect_passes(const char *helper, const char *policy, int to, int from)
{
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t id;
	int fd;

	op_rig_start(&rig, helper, policy);
	assert_int_equal(call(&rig, "sign", &fd), 0);
	assert_int_equal(try_to_pass(fd), -EPERM);
	assert_int_equal(send(fd, "hello", 5, MSG_NOSIGNAL), 5);
	id = ask_for_a_client(&rig);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, id, &rep), 0);
	assert_int_equal(try_to_pass(fd), to);
	assert_int_equal(try_to_pass(rep.connection), from);
	psd_fd_close(rep.connection);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
descriptors_pass_where_both_policies_say_so(void **state)
{
	(void)state;
	if (!kernel_refuses_descriptors()) {
		print_message("SKIP: this kernel has no SO_PASSRIGHTS\n");
		skip();
	}
	expect_passes("Provides=sign\nAcceptFileDescriptors=yes", policy_lines,
	    0, 0);
	expect_passes("Provides=sign", policy_lines, -EPERM, 0);
	expect_passes("Provides=sign\nAcceptFileDescriptors=yes",
	    "AllowCall=sign\nAllowAccept=yes", -EPERM, -EPERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_caller_has_only_so_many_calls),
		cmocka_unit_test(
		    a_call_that_no_helper_takes_is_refused_in_time),
		cmocka_unit_test(a_provider_that_stops_tells_those_who_wait),
		cmocka_unit_test(descriptors_pass_where_both_policies_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
