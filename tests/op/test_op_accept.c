/* SPDX-License-Identifier: ISC */
#include "common/fd.h"
#include "tests/support/child.h"
#include "tests/support/fds.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static const char helper_lines[] =
    "ListenStream=%s/one.sock\nListenStream=%s/two.sock";

static int
client(const struct op_rig *rig, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s",
	    rig->dir, name);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	return fd;
}

static uint32_t
ask(struct op_rig *rig)
{
	struct psd_accept_req req = { 0 };

	return op_rig_send(rig, PSD_OP_accept, &req);
}

static void
a_client_that_waits_is_handed_over(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;
	char text[8] = "";
	int fd;

	(void)state;
	op_rig_start(&rig, helper_lines, "AllowAccept=yes");
	fd = client(&rig, "two.sock");
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, ask(&rig), &rep), 0);
	assert_int_equal(rep.listener, 1);
	assert_int_equal(fcntl(rep.connection, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(rep.connection, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(write(fd, "hello", 5), 5);
	assert_int_equal(read(rep.connection, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	psd_fd_close(rep.connection);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
the_answer_waits_for_a_client_and_others_are_served_meanwhile(void **state)
{
	struct psd_ping_req ping = { .cookie = 3 };
	struct psd_ping_rep pong;
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t id;
	int fd;

	(void)state;
	op_rig_start(&rig, helper_lines, "AllowAccept=yes");
	id = ask(&rig);
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(op_rig_ask(&rig, PSD_OP_ping, &ping, &pong), 0);
	fd = client(&rig, "one.sock");
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, id, &rep), 0);
	assert_int_equal(rep.listener, 0);
	psd_fd_close(rep.connection);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
each_waiting_call_gets_one_client_in_turn(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t ids[4];
	int fds[4];

	(void)state;
	op_rig_start(&rig, helper_lines, "AllowAccept=yes");
	for (int i = 0; i < 4; i++)
		ids[i] = ask(&rig);
	for (int i = 0; i < 4; i++)
		fds[i] = client(&rig, "one.sock");
	for (int i = 0; i < 4; i++) {
		assert_int_equal(op_rig_take(&rig, PSD_OP_accept, ids[i], &rep),
		    0);
		psd_fd_close(rep.connection);
		psd_fd_close(fds[i]);
	}
	op_rig_stop(&rig);
}

static void
more_waiting_calls_than_allowed_are_told_so(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, helper_lines, "AllowAccept=yes");
	for (int i = 0; i < PSD_WAITING_MAX; i++)
		(void)ask(&rig);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, ask(&rig), &rep),
	    -EBUSY);
	assert_int_equal(rig.instance->first.n_waiting, PSD_WAITING_MAX);
	op_rig_stop(&rig);
}

/* Nothing that was accepted stays unanswered, and then comes our end. */
static void
waiting_calls_are_answered_when_the_helper_shuts_down(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t first, second;

	(void)state;
	op_rig_start(&rig, helper_lines, "AllowAccept=yes");
	first = ask(&rig);
	second = ask(&rig);
	assert_int_equal(shutdown(rig.helper, SHUT_WR), 0);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, first, &rep),
	    -ECANCELED);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, second, &rep),
	    -ECANCELED);
	assert_true(
	    (test_poll(rig.helper, POLLRDHUP, TEST_DEADLINE) & POLLRDHUP) != 0);
	assert_true(rig.instance->first.said_end);
	op_rig_stop(&rig);
}

static void
a_retired_helper_is_told_to_finish(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t id;

	(void)state;
	op_rig_start(&rig, helper_lines, "AllowAccept=yes");
	id = ask(&rig);
	psd_instance_retire(rig.instance);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, id, &rep),
	    -ESHUTDOWN);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, ask(&rig), &rep),
	    -ESHUTDOWN);
	op_rig_stop(&rig);
}

static void
once_gives_one_client_and_no_more(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, helper_lines, "AllowAccept=yes once");
	fd = client(&rig, "one.sock");
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, ask(&rig), &rep), 0);
	psd_fd_close(rep.connection);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, ask(&rig), &rep),
	    -EPERM);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
without_grant_or_listeners_there_are_no_clients(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, helper_lines, "");
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, ask(&rig), &rep),
	    -EPERM);
	op_rig_stop(&rig);
	op_rig_start(&rig, NULL, "AllowAccept=yes");
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, ask(&rig), &rep),
	    -EINVAL);
	op_rig_stop(&rig);
}

static void
a_malformed_accept_ends_the_conversation(void **state)
{
	struct psd_accept_req req = { 0 };

	(void)state;
	op_rig_check_malformed("AllowAccept=yes", PSD_OP_accept, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_that_waits_is_handed_over),
		cmocka_unit_test(
		    the_answer_waits_for_a_client_and_others_are_served_meanwhile),
		cmocka_unit_test(each_waiting_call_gets_one_client_in_turn),
		cmocka_unit_test(more_waiting_calls_than_allowed_are_told_so),
		cmocka_unit_test(
		    waiting_calls_are_answered_when_the_helper_shuts_down),
		cmocka_unit_test(a_retired_helper_is_told_to_finish),
		cmocka_unit_test(once_gives_one_client_and_no_more),
		cmocka_unit_test(
		    without_grant_or_listeners_there_are_no_clients),
		cmocka_unit_test(a_malformed_accept_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
