/* SPDX-License-Identifier: ISC */
#include "tests/support/local_rig.h"

#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"

#include <signal.h>
#include <sys/prctl.h>

static const char lines[] = "AllowConnectUnix=%s/*.sock";

static int
ask(struct op_rig *rig, const char *name)
{
	struct psd_connect_unix_req req = { .path = op_rig_path(rig, name) };
	struct psd_connect_unix_rep rep;
	const int r = local_ask(rig, PSD_OP_connect_unix, &req, &rep);

	return r < 0 ? r : rep.connection;
}

static void
a_granted_server_is_connected_to(void **state)
{
	struct op_rig rig;
	int server, served, fd;
	size_t before = 0;

	(void)state;
	local_start(&rig, lines);
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	for (int i = 0; i < 3; i++) {
		fd = ask(&rig, "a.sock");
		assert_true(fd >= 0);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
		served = accept4(server, NULL, NULL, SOCK_CLOEXEC);
		assert_true(served >= 0);
		net_exchange(fd, served);
		psd_fd_close(served);
		psd_fd_close(fd);
		/* The loop's timer stays once there was a deadline. */
		if (i == 0)
			before = test_fds_count();
		assert_int_equal(test_fds_count(), before);
	}
	psd_fd_close(server);
	op_rig_stop(&rig);
}

/*
 * A server that trusts root, or asks /proc who the process is, must not find
 * the daemon.
 */
static void
the_server_sees_the_helpers_ids_and_another_process(void **state)
{
	struct op_rig rig;
	struct ucred who;
	int server, served, fd;

	(void)state;
	local_start(&rig, lines);
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	fd = ask(&rig, "a.sock");
	served = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0 && served >= 0);
	who = local_peer(served);
	assert_int_equal(who.uid, LOCAL_UID);
	assert_int_equal(who.gid, LOCAL_UID);
	assert_int_not_equal(who.pid, getpid());
	/* It has ended, and was reaped. */
	assert_int_equal(kill(who.pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	psd_fd_close(served);
	psd_fd_close(fd);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

/* The grant decides, not the mode: that speaks of processes of the host. */
static void
a_server_that_the_helper_could_not_reach_by_itself_is_reached(void **state)
{
	struct op_rig rig;
	int server, fd;

	(void)state;
	local_start(&rig, lines);
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	assert_int_equal(chmod(op_rig_path(&rig, "a.sock").at, 0600), 0);
	fd = ask(&rig, "a.sock");
	assert_true(fd >= 0);
	psd_fd_close(fd);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

static void
what_is_not_granted_is_refused_alike(void **state)
{
	struct op_rig rig;
	int server;

	(void)state;
	local_start(&rig,
	    "AllowConnectUnix=%s/*.sock\n"
	    "DenyConnectUnix=%s/b.sock");
	server = local_server(&rig, "b.sock", SOCK_STREAM);
	assert_int_equal(ask(&rig, "b.sock"), -EPERM);
	assert_int_equal(ask(&rig, "a.socket"), -EPERM);
	assert_int_equal(ask(&rig, "none"), -EPERM);
	assert_int_equal(ask(&rig, "../a.sock"), -EPERM);
	assert_int_equal(ask(&rig, "x/../a.sock"), -EPERM);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

/* A name must not lead to a socket that is not granted. */
static void
a_link_is_followed_only_to_what_is_granted(void **state)
{
	struct op_rig rig;
	int server, fd;

	(void)state;
	local_start(&rig,
	    "AllowConnectUnix=%s/*.sock\n"
	    "AllowConnectUnix=%s/f*.lsock follow\n");
	server = local_server(&rig, "secret", SOCK_STREAM);
	assert_int_equal(symlink("secret", op_rig_path(&rig, "a.sock").at), 0);
	assert_int_equal(symlink("secret", op_rig_path(&rig, "f1.lsock").at),
	    0);
	assert_int_equal(symlink("f3.lsock", op_rig_path(&rig, "f2.lsock").at),
	    0);
	assert_int_equal(ask(&rig, "a.sock"), -EPERM);
	assert_int_equal(ask(&rig, "f1.lsock"), -EPERM);
	psd_fd_close(server);
	server = local_server(&rig, "f3.lsock", SOCK_STREAM);
	fd = ask(&rig, "f2.lsock");
	assert_true(fd >= 0);
	psd_fd_close(fd);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

static void
what_cannot_be_connected_is_told_by_its_errno(void **state)
{
	struct op_rig rig;
	int server;

	(void)state;
	local_start(&rig, lines);
	assert_int_equal(test_dir_write(rig.dir, "file.sock", ""), 0);
	psd_fd_close(local_server(&rig, "stale.sock", SOCK_STREAM));
	server = local_server(&rig, "datagrams.sock", SOCK_DGRAM);
	assert_int_equal(ask(&rig, "none.sock"), -ENOENT);
	assert_int_equal(ask(&rig, "file.sock"), -ENOTSOCK);
	assert_int_equal(ask(&rig, "stale.sock"), -ECONNREFUSED);
	assert_int_equal(ask(&rig, "datagrams.sock"), -EPROTOTYPE);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

static void
owner_is_that_of_the_socket(void **state)
{
	struct op_rig rig;
	int server, fd;

	(void)state;
	local_start(&rig, "AllowConnectUnix=%s/*.sock owner=54322");
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	assert_int_equal(ask(&rig, "a.sock"), -EPERM);
	assert_int_equal(chown(op_rig_path(&rig, "a.sock").at, OTHER_UID, 0),
	    0);
	fd = ask(&rig, "a.sock");
	assert_true(fd >= 0);
	psd_fd_close(fd);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

/* As an ordinary user's, whose /proc is closed to all but itself. */
static int
without_root(void *argument)
{
	struct op_rig rig;
	int server;

	(void)argument;
	TEST_EXPECT(setresgid(LOCAL_UID, LOCAL_UID, LOCAL_UID) == 0);
	TEST_EXPECT(setresuid(LOCAL_UID, LOCAL_UID, LOCAL_UID) == 0);
	TEST_EXPECT(prctl(PR_SET_DUMPABLE, 0) == 0);
	op_rig_start(&rig, NULL, lines);
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	TEST_EXPECT(ask(&rig, "a.sock") >= 0);
	psd_fd_close(server);
	op_rig_stop(&rig);
	return 0;
}

static void
a_daemon_without_root_connects_as_itself(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: no root, no other uid\n");
		skip();
	}
	assert_int_equal(test_child_exit_status(
			     test_child_start(without_root, NULL)),
	    0);
}

static void
a_malformed_connect_ends_the_conversation(void **state)
{
	struct psd_connect_unix_req req = { .path = psd_str_of("/a.sock") };

	(void)state;
	op_rig_check_malformed(lines, PSD_OP_connect_unix, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_granted_server_is_connected_to),
		cmocka_unit_test(
		    the_server_sees_the_helpers_ids_and_another_process),
		cmocka_unit_test(
		    a_server_that_the_helper_could_not_reach_by_itself_is_reached),
		cmocka_unit_test(what_is_not_granted_is_refused_alike),
		cmocka_unit_test(a_link_is_followed_only_to_what_is_granted),
		cmocka_unit_test(what_cannot_be_connected_is_told_by_its_errno),
		cmocka_unit_test(owner_is_that_of_the_socket),
		cmocka_unit_test(a_daemon_without_root_connects_as_itself),
		cmocka_unit_test(a_malformed_connect_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
