/* SPDX-License-Identifier: ISC */
#include "tests/support/local_rig.h"

#include "tests/support/child.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { FDS_MAX = 64 };

/*
 * A child that is born holds copies of whatever the daemon has, until it has
 * closed them.  Stands for one that takes its time.
 */
static size_t
copy_pidfds(int copies[FDS_MAX])
{
	struct test_fd fds[FDS_MAX];
	const ssize_t n = test_fds_list(getpid(), fds, FDS_MAX);
	size_t made = 0;

	assert_in_range(n, 1, FDS_MAX);
	for (ssize_t i = 0; i < n; i++)
		if (strcmp(fds[i].target, "anon_inode:[pidfd]") == 0)
			copies[made++] = dup(fds[i].number);
	return made;
}

static int
connect_until_full(const struct op_rig *rig, int fds[FDS_MAX])
{
	for (int n = 0; n < FDS_MAX; n++) {
		fds[n] = socket(AF_UNIX,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		assert_true(fds[n] >= 0);
		if (local_connect(rig, "a.sock", fds[n]) == -EAGAIN)
			return n + 1;
	}
	fail_msg("a queue without an end");
	return 0;
}

static void
close_all(const int *fds, size_t n)
{
	while (n > 0)
		psd_fd_close(fds[--n]);
}

static void
what_has_ended_is_watched_no_more_whoever_has_a_copy(void **state)
{
	int server, fds[FDS_MAX], copies[FDS_MAX], n;
	struct psd_connect_unix_req req;
	struct psd_connect_unix_rep rep;
	struct op_rig rig;
	size_t n_copies;
	uint32_t id;

	(void)state;
	local_start(&rig, "AllowConnectUnix=%s/*.sock");
	server = local_server(&rig, "a.sock", SOCK_STREAM);
	n = connect_until_full(&rig, fds);
	req.path = op_rig_path(&rig, "a.sock");
	id = op_rig_send(&rig, PSD_OP_connect_unix, &req);
	assert_true(op_rig_is_silent(&rig));
	n_copies = copy_pidfds(copies);
	/* The rig's own child, and the one that connects. */
	assert_int_equal(n_copies, 2);
	psd_fd_close(accept4(server, NULL, NULL, SOCK_CLOEXEC));
	net_wait(&rig);
	assert_int_equal(op_rig_take(&rig, PSD_OP_connect_unix, id, &rep), 0);
	assert_int_equal(test_poll(sd_event_get_fd(rig.daemon.event), POLLIN,
			     TEST_GLIMPSE),
	    0);
	psd_fd_close(rep.connection);
	close_all(copies, n_copies);
	close_all(fds, (size_t)n);
	psd_fd_close(server);
	op_rig_stop(&rig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_has_ended_is_watched_no_more_whoever_has_a_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
