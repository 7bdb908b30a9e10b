/* SPDX-License-Identifier: ISC */
#include "tests/support/local_rig.h"

#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"

static const char lines[] = "AllowBindUnix=%s/**";

static int
ask(struct op_rig *rig, const char *name, uint32_t mode)
{
	struct psd_bind_unix_req req = {
		.path = op_rig_path(rig, name),
		.mode = mode,
	};
	struct psd_bind_unix_rep rep;
	const int r = local_ask(rig, PSD_OP_bind_unix, &req, &rep);

	return r < 0 ? r : rep.socket;
}

static void
who_sends_to_a_granted_path_is_heard(void **state)
{
	struct op_rig rig;
	struct stat status;
	size_t before = 0;

	(void)state;
	local_start(&rig, lines);
	for (int i = 0; i < 3; i++) {
		const int fd = ask(&rig, "a.sock", 0622);
		const int client =
		    socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		char text[8];

		assert_true(fd >= 0);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
		assert_int_equal(local_connect(&rig, "a.sock", client), 0);
		assert_int_equal(send(client, "hello", 5, 0), 5);
		assert_int_equal(recv(fd, text, sizeof(text), 0), 5);
		psd_fd_close(client);
		psd_fd_close(fd);
		/* The loop's timer stays once there was a deadline. */
		if (i == 0)
			before = test_fds_count();
		assert_int_equal(test_fds_count(), before);
	}
	assert_int_equal(stat(op_rig_path(&rig, "a.sock").at, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0622);
	assert_int_equal(status.st_uid, LOCAL_UID);
	assert_int_equal(local_count(&rig), 1);
	op_rig_stop(&rig);
}

static void
what_is_not_granted_is_refused_alike(void **state)
{
	struct op_rig rig;

	(void)state;
	local_start(&rig, "AllowBindUnix=%s/*.sock\nDenyBindUnix=%s/b.sock");
	assert_int_equal(ask(&rig, "b.sock", 0600), -EPERM);
	assert_int_equal(ask(&rig, "sub/a.sock", 0600), -EPERM);
	assert_int_equal(ask(&rig, "rig.policy", 0600), -EPERM);
	assert_int_equal(local_count(&rig), 0);
	op_rig_stop(&rig);
}

static void
what_is_there_and_is_no_socket_stays(void **state)
{
	struct op_rig rig;

	(void)state;
	local_start(&rig, lines);
	assert_int_equal(test_dir_write(rig.dir, "file", "text"), 0);
	assert_int_equal(ask(&rig, "file", 0600), -EADDRINUSE);
	assert_int_equal(ask(&rig, "none/a", 0600), -ENOENT);
	assert_int_equal(local_count(&rig), 1);
	op_rig_stop(&rig);
}

static void
the_socket_cannot_be_bound_anew_or_made_to_listen(void **state)
{
	struct sockaddr_un address;
	struct op_rig rig;
	int fd;

	(void)state;
	local_start(&rig, lines);
	fd = ask(&rig, "a.sock", 0600);
	address = local_address(&rig, "b.sock");
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
	    -1);
	assert_int_equal(listen(fd, 1), -1);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
a_malformed_bind_ends_the_conversation(void **state)
{
	struct psd_bind_unix_req req = {
		.path = psd_str_of("/a.sock"),
		.mode = 0600,
	};

	(void)state;
	op_rig_check_malformed(lines, PSD_OP_bind_unix, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sends_to_a_granted_path_is_heard),
		cmocka_unit_test(what_is_not_granted_is_refused_alike),
		cmocka_unit_test(what_is_there_and_is_no_socket_stays),
		cmocka_unit_test(
		    the_socket_cannot_be_bound_anew_or_made_to_listen),
		cmocka_unit_test(a_malformed_bind_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
