/* SPDX-License-Identifier: ISC */
#include "tests/support/local_rig.h"

#include "tests/support/child.h"
#include "tests/support/deny.h"
#include "tests/support/dir.h"
#include "tests/support/expect.h"
#include "tests/support/fds.h"

#include <sys/syscall.h>

static const char lines[] = "AllowListenUnix=%s/**";

static int
ask(struct op_rig *rig, const char *name, uint32_t mode)
{
	struct psd_listen_unix_req req = {
		.path = op_rig_path(rig, name),
		.mode = mode,
	};
	struct psd_listen_unix_rep rep;
	const int r = local_ask(rig, PSD_OP_listen_unix, &req, &rep);

	return r < 0 ? r : rep.listener;
}

static void
check_serves(struct op_rig *rig, const char *name)
{
	const int listener = ask(rig, name, 0666);
	const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int served;

	assert_true(listener >= 0);
	assert_int_equal(fcntl(listener, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(listener, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(local_connect(rig, name, client), 0);
	served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(served >= 0);
	net_exchange(served, client);
	psd_fd_close(served);
	psd_fd_close(client);
	psd_fd_close(listener);
}

static void
clients_of_a_granted_path_are_served(void **state)
{
	struct op_rig rig;
	size_t before = 0;

	(void)state;
	local_start(&rig, lines);
	/* The second replaces what the first left. */
	for (int i = 0; i < 3; i++) {
		check_serves(&rig, "a.sock");
		/* The loop's timer stays once there was a deadline. */
		if (i == 0)
			before = test_fds_count();
		assert_int_equal(test_fds_count(), before);
	}
	assert_int_equal(mkdir(op_rig_path(&rig, "sub").at, 0755), 0);
	check_serves(&rig, "sub/b.sock");
	/* Nothing is left of how it came about. */
	assert_int_equal(local_count(&rig), 2);
	op_rig_stop(&rig);
}

static void
mode_and_owner_are_as_asked_and_granted(void **state)
{
	static const mode_t modes[] = { 0, 0600, 0666, 0777 };
	struct stat status;
	struct op_rig rig;

	(void)state;
	local_start(&rig,
	    "AllowListenUnix=%s/*.sock\n"
	    "AllowListenUnix=%s/*.owned owner=54322");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		psd_fd_close(ask(&rig, "a.sock", modes[i]));
		assert_int_equal(stat(op_rig_path(&rig, "a.sock").at, &status),
		    0);
		assert_true(S_ISSOCK(status.st_mode));
		assert_int_equal(status.st_mode & 07777, modes[i]);
		assert_int_equal(status.st_uid, LOCAL_UID);
	}
	psd_fd_close(ask(&rig, "a.owned", 0600));
	assert_int_equal(stat(op_rig_path(&rig, "a.owned").at, &status), 0);
	assert_int_equal(status.st_uid, OTHER_UID);
	op_rig_stop(&rig);
}

/* A client that trusts root must not take the helper for it. */
static void
clients_see_the_helpers_ids(void **state)
{
	struct op_rig rig;
	struct ucred who;
	int listener, client;

	(void)state;
	local_start(&rig, lines);
	listener = ask(&rig, "a.sock", 0666);
	client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(local_connect(&rig, "a.sock", client), 0);
	who = local_peer(client);
	assert_int_equal(who.uid, LOCAL_UID);
	assert_int_equal(who.gid, LOCAL_UID);
	assert_int_not_equal(who.pid, getpid());
	psd_fd_close(client);
	psd_fd_close(listener);
	op_rig_stop(&rig);
}

static void
what_is_not_granted_is_refused_alike(void **state)
{
	struct op_rig rig;

	(void)state;
	local_start(&rig,
	    "AllowListenUnix=%s/*.sock\nDenyListenUnix=%s/b.sock");
	assert_int_equal(ask(&rig, "b.sock", 0600), -EPERM);
	assert_int_equal(ask(&rig, "sub/a.sock", 0600), -EPERM);
	assert_int_equal(ask(&rig, "rig.policy", 0600), -EPERM);
	assert_int_equal(ask(&rig, "../a.sock", 0600), -EPERM);
	assert_int_equal(local_count(&rig), 0);
	op_rig_stop(&rig);
}

static void
what_is_there_and_is_no_socket_stays(void **state)
{
	struct op_rig rig;
	struct stat status;

	(void)state;
	local_start(&rig, lines);
	assert_int_equal(test_dir_write(rig.dir, "file", "text"), 0);
	assert_int_equal(symlink("file", op_rig_path(&rig, "link").at), 0);
	assert_int_equal(mkdir(op_rig_path(&rig, "directory").at, 0755), 0);
	assert_int_equal(ask(&rig, "file", 0600), -EADDRINUSE);
	assert_int_equal(ask(&rig, "link", 0600), -EADDRINUSE);
	assert_int_equal(ask(&rig, "directory", 0600), -EADDRINUSE);
	assert_int_equal(ask(&rig, "none/a", 0600), -ENOENT);
	assert_int_equal(ask(&rig, "link/a", 0600), -EPERM);
	assert_int_equal(stat(op_rig_path(&rig, "file").at, &status), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(local_count(&rig), 3);
	op_rig_stop(&rig);
}

static void
names_that_no_address_has_room_for_are_told(void **state)
{
	struct op_rig rig;
	char name[200];

	(void)state;
	local_start(&rig, lines);
	memset(name, 'a', sizeof(name));
	name[107] = '\0';
	psd_fd_close(ask(&rig, name, 0600));
	assert_int_equal(local_count(&rig), 1);
	name[107] = 'a';
	name[108] = '\0';
	assert_int_equal(ask(&rig, name, 0600), -ENAMETOOLONG);
	assert_int_equal(local_count(&rig), 1);
	op_rig_stop(&rig);
}

/* Whose socket it was does not matter, unless the line says so. */
static void
owner_is_that_of_the_socket_that_is_replaced(void **state)
{
	struct op_rig rig;

	(void)state;
	local_start(&rig, "AllowListenUnix=%s/** owner=54322");
	psd_fd_close(local_server(&rig, "a.sock", SOCK_STREAM));
	assert_int_equal(ask(&rig, "a.sock", 0600), -EPERM);
	assert_int_equal(chown(op_rig_path(&rig, "a.sock").at, OTHER_UID, 0),
	    0);
	psd_fd_close(ask(&rig, "a.sock", 0600));
	assert_int_equal(local_count(&rig), 1);
	op_rig_stop(&rig);
}

/* A bind that fails leaves nothing behind. */
static int
with_a_failing_call(void *argument)
{
	struct op_rig rig;

	local_start(&rig, lines);
	TEST_EXPECT(test_deny(*(const int *)argument, ENOMEM) == 0);
	TEST_EXPECT(ask(&rig, "a.sock", 0600) == -ENOMEM);
	TEST_EXPECT(local_count(&rig) == 0);
	op_rig_stop(&rig);
	return 0;
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	static int calls[] = { SYS_bind, SYS_listen, SYS_setresuid,
		SYS_fchownat, SYS_renameat, SYS_fchmod };

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP: no root, no other uid\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (test_child_exit_status(
			test_child_start(with_a_failing_call, &calls[i])) != 0)
			fail_msg("%d", calls[i]);
}

static void
a_listener_can_be_made_nothing_else(void **state)
{
	struct sockaddr_un address;
	struct op_rig rig;
	int listener, other;

	(void)state;
	local_start(&rig, lines);
	listener = ask(&rig, "a.sock", 0600);
	other = local_server(&rig, "b.sock", SOCK_STREAM);
	address = local_address(&rig, "c.sock");
	assert_true(listener >= 0);
	assert_int_equal(local_connect(&rig, "b.sock", listener), -EINVAL);
	assert_int_equal(bind(listener, (struct sockaddr *)&address,
			     sizeof(address)),
	    -1);
	assert_int_equal(shutdown(listener, SHUT_RDWR), 0);
	assert_int_equal(local_connect(&rig, "b.sock", listener), -EINVAL);
	psd_fd_close(other);
	psd_fd_close(listener);
	op_rig_stop(&rig);
}

static void
a_malformed_listen_ends_the_conversation(void **state)
{
	struct psd_listen_unix_req req = {
		.path = psd_str_of("/a.sock"),
		.mode = 0600,
	};

	(void)state;
	op_rig_check_malformed(lines, PSD_OP_listen_unix, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_of_a_granted_path_are_served),
		cmocka_unit_test(mode_and_owner_are_as_asked_and_granted),
		cmocka_unit_test(clients_see_the_helpers_ids),
		cmocka_unit_test(what_is_not_granted_is_refused_alike),
		cmocka_unit_test(what_is_there_and_is_no_socket_stays),
		cmocka_unit_test(names_that_no_address_has_room_for_are_told),
		cmocka_unit_test(owner_is_that_of_the_socket_that_is_replaced),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
		cmocka_unit_test(a_listener_can_be_made_nothing_else),
		cmocka_unit_test(a_malformed_listen_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
