/* SPDX-License-Identifier: ISC */
/* Connections to a local server that has no room yet. */
#include "tests/support/local_rig.h"

#include "tests/support/child.h"
#include "tests/support/fds.h"

static const char lines[] = "AllowConnectUnix=%s/*.sock";

static uint32_t
send_ask(struct op_rig *rig, const char *name)
{
	struct psd_connect_unix_req req = { .path = op_rig_path(rig, name) };

	return op_rig_send(rig, PSD_OP_connect_unix, &req);
}

static int
ask(struct op_rig *rig, const char *name)
{
	struct psd_connect_unix_req req = { .path = op_rig_path(rig, name) };
	struct psd_connect_unix_rep rep;
	const int r = local_ask(rig, PSD_OP_connect_unix, &req, &rep);

	return r < 0 ? r : rep.connection;
}

/* A server whose queue is full makes who connects wait, which is the child. */
static int
fill(const struct op_rig *rig, const char *name, int fds[16])
{
	int n = 0;

	while (n < 16) {
		fds[n] = socket(AF_UNIX,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		assert_true(fds[n] >= 0);
		n++;
		if (local_connect(rig, name, fds[n - 1]) == -EAGAIN)
			break;
	}
	return n;
}

static void
a_busy_server_makes_nobody_wait_but_the_call(void **state)
{
	struct psd_ping_req ping = { .cookie = 3 };
	struct psd_ping_rep pong;
	struct psd_connect_unix_rep rep;
	struct op_rig rig;
	int server, n, fds[16];
	uint32_t id;

	(void)state;
	local_start(&rig, lines);
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	n = fill(&rig, "a.sock", fds);
	id = send_ask(&rig, "a.sock");
	assert_int_equal(op_rig_ask(&rig, PSD_OP_ping, &ping, &pong), 0);
	assert_int_equal(test_poll(sd_event_get_fd(rig.daemon.event), POLLIN,
			     TEST_GLIMPSE),
	    0);
	assert_true(op_rig_is_silent(&rig));
	psd_fd_close(accept4(server, NULL, NULL, SOCK_CLOEXEC));
	net_wait(&rig);
	assert_int_equal(op_rig_take(&rig, PSD_OP_connect_unix, id, &rep), 0);
	psd_fd_close(rep.connection);
	while (n > 0)
		psd_fd_close(fds[--n]);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

static void
a_busy_server_is_given_up_at_the_deadline(void **state)
{
	struct op_rig rig;
	int server, n, fds[16];

	(void)state;
	local_start(&rig, "AllowConnectUnix=%s/*.sock\nRequestTimeoutSec=50ms");
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	n = fill(&rig, "a.sock", fds);
	assert_int_equal(ask(&rig, "a.sock"), -ETIMEDOUT);
	while (n > 0)
		psd_fd_close(fds[--n]);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

/* What acts in the helper's name is nothing that its other processes keep. */
static void
the_child_ends_with_its_helper_even_when_stopped(void **state)
{
	size_t before = test_fds_count();
	struct op_rig rig;
	int server, n, fds[16];

	(void)state;
	local_start(&rig, lines);
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	n = fill(&rig, "a.sock", fds);
	(void)send_ask(&rig, "a.sock");
	local_stop_process();
	assert_true(op_rig_is_silent(&rig));
	op_rig_stop(&rig);
	while (n > 0)
		psd_fd_close(fds[--n]);
	psd_fd_close(server);
	assert_int_equal(test_fds_count(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_busy_server_makes_nobody_wait_but_the_call),
		cmocka_unit_test(a_busy_server_is_given_up_at_the_deadline),
		cmocka_unit_test(
		    the_child_ends_with_its_helper_even_when_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
