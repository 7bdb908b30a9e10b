/* SPDX-License-Identifier: ISC */
/* Connections that are not there at once. */
#include "tests/support/net_rig.h"

#include "tests/support/child.h"
#include "tests/support/fds.h"

#include <inttypes.h>

static const char loopback_lines[] = "AllowConnect=tcp 127.0.0.0/8:*";

/* A listener whose queue is full: the kernel answers nobody any more. */
struct full {
	int listener, first;
	struct psd_connect_req req;
};

static struct full
full_start(void)
{
	struct full full = {
		.listener = net_listener("127.0.0.1:0", 0),
		.first = net_socket("127.0.0.1:0", SOCK_STREAM),
		.req = { .protocol = PSD_PROTOCOL_TCP },
	};
	char text[PSD_ENDPOINT_TEXT_MAX + 1];

	net_connect(full.first, full.listener);
	net_name(full.listener, text);
	full.req.endpoint = net_endpoint(text);
	return full;
}

static void
full_stop(struct full *full)
{
	psd_fd_close(full->listener);
	psd_fd_close(full->first);
}

static void
the_answer_comes_with_the_connection_and_others_are_served_meanwhile(
    void **state)
{
	struct psd_ping_req ping = { .cookie = 3 };
	struct psd_ping_rep pong;
	struct psd_connect_rep rep;
	struct full full = full_start();
	struct op_rig rig;
	uint32_t id;
	int first, second;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	id = op_rig_send(&rig, PSD_OP_connect, &full.req);
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(op_rig_ask(&rig, PSD_OP_ping, &ping, &pong), 0);
	first = accept4(full.listener, NULL, NULL, SOCK_CLOEXEC);
	net_wait(&rig);
	assert_int_equal(op_rig_take(&rig, PSD_OP_connect, id, &rep), 0);
	assert_int_equal(fcntl(rep.connection, F_GETFL) & O_NONBLOCK, 0);
	second = accept4(full.listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(first >= 0 && second >= 0);
	net_exchange(rep.connection, second);
	psd_fd_close(first);
	psd_fd_close(second);
	psd_fd_close(rep.connection);
	full_stop(&full);
	op_rig_stop(&rig);
}

static void
a_connection_that_does_not_come_is_given_up_at_its_deadline(void **state)
{
	struct full full = full_start();
	struct psd_connect_rep rep;
	struct op_rig rig;
	size_t before = 0;
	uint32_t id;

	(void)state;
	op_rig_start(&rig, NULL,
	    "AllowConnect=tcp 127.0.0.0/8:*\nRequestTimeoutSec=20ms");
	for (int i = 0; i < 3; i++) {
		id = op_rig_send(&rig, PSD_OP_connect, &full.req);
		net_wait(&rig);
		assert_int_equal(op_rig_take(&rig, PSD_OP_connect, id, &rep),
		    -ETIMEDOUT);
		/* The loop's timer stays once there was a deadline. */
		if (i == 0)
			before = test_fds_count();
		assert_int_equal(test_fds_count(), before);
	}
	op_rig_stop(&rig);
	full_stop(&full);
}

/* Without an answer, since nobody is there to hear it. */
static void
a_connection_on_its_way_ends_with_its_helper(void **state)
{
	const size_t before = test_fds_count();
	struct full full = full_start();
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	for (int i = 0; i < 3; i++)
		(void)op_rig_send(&rig, PSD_OP_connect, &full.req);
	assert_true(op_rig_is_silent(&rig));
	op_rig_stop(&rig);
	full_stop(&full);
	assert_int_equal(test_fds_count(), before);
}

static void
a_connection_on_its_way_is_given_up_when_the_helper_is_told_to_end(void **state)
{
	struct full full = full_start();
	struct psd_connect_rep rep;
	struct op_rig rig;
	uint32_t id;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	id = op_rig_send(&rig, PSD_OP_connect, &full.req);
	psd_instance_end(rig.instance, false);
	assert_int_equal(op_rig_take(&rig, PSD_OP_connect, id, &rep),
	    -ECANCELED);
	op_rig_stop(&rig);
	full_stop(&full);
}

static void
a_retired_helper_takes_no_client_but_has_its_connection(void **state)
{
	struct psd_accept_req accept_req = { 0 };
	struct psd_accept_rep accept_rep;
	struct full full = full_start();
	struct psd_connect_rep rep;
	struct op_rig rig;
	uint32_t accepts[2], id;
	int first;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/one.sock",
	    "AllowConnect=tcp 127.0.0.0/8:*\nAllowAccept=yes");
	accepts[0] = op_rig_send(&rig, PSD_OP_accept, &accept_req);
	id = op_rig_send(&rig, PSD_OP_connect, &full.req);
	accepts[1] = op_rig_send(&rig, PSD_OP_accept, &accept_req);
	psd_instance_retire(rig.instance);
	for (int i = 0; i < 2; i++)
		assert_int_equal(op_rig_take(&rig, PSD_OP_accept, accepts[i],
				     &accept_rep),
		    -ESHUTDOWN);
	assert_true(op_rig_is_silent(&rig));
	first = accept4(full.listener, NULL, NULL, SOCK_CLOEXEC);
	net_wait(&rig);
	assert_int_equal(op_rig_take(&rig, PSD_OP_connect, id, &rep), 0);
	psd_fd_close(first);
	psd_fd_close(rep.connection);
	full_stop(&full);
	op_rig_stop(&rig);
}

static void
no_more_connections_are_on_their_way_than_a_helper_may_wait_for(void **state)
{
	struct full full = full_start();
	struct psd_connect_rep rep;
	struct op_rig rig;
	uint32_t id = 0;

	(void)state;
	op_rig_start(&rig, NULL, loopback_lines);
	for (int i = 0; i <= PSD_WAITING_MAX; i++)
		id = op_rig_send(&rig, PSD_OP_connect, &full.req);
	assert_int_equal(op_rig_take(&rig, PSD_OP_connect, id, &rep), -EBUSY);
	assert_true(op_rig_is_silent(&rig));
	op_rig_stop(&rig);
	full_stop(&full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_answer_comes_with_the_connection_and_others_are_served_meanwhile),
		cmocka_unit_test(
		    a_connection_that_does_not_come_is_given_up_at_its_deadline),
		cmocka_unit_test(a_connection_on_its_way_ends_with_its_helper),
		cmocka_unit_test(
		    a_connection_on_its_way_is_given_up_when_the_helper_is_told_to_end),
		cmocka_unit_test(
		    a_retired_helper_takes_no_client_but_has_its_connection),
		cmocka_unit_test(
		    no_more_connections_are_on_their_way_than_a_helper_may_wait_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
