/* SPDX-License-Identifier: ISC */
/* What a hostile helper sends along with a request. */
#include "tests/op/sent_fixture.h"

#include "common/codec.h"

#include <pthread.h>
#include <stdatomic.h>

static int
ask_mode(struct path_rig *rig, const char *name, int fd, uint32_t mode)
{
	struct psd_change_mode_req req = {
		.mode = mode,
		.path = op_rig_path(&rig->op, name),
		.file = fcntl(fd, F_DUPFD_CLOEXEC, 0),
	};
	struct psd_change_mode_rep rep;

	assert_true(req.file >= 0);
	return op_rig_ask(&rig->op, PSD_OP_change_mode, &req, &rep);
}

static int
ask(struct path_rig *rig, const char *name, int fd)
{
	return ask_mode(rig, name, fd, 0640);
}

static void
start(struct path_rig *rig)
{
	path_rig_start(rig, "AllowChangeMode=0640,0600,0000 %s/**");
}

static uint32_t
mode_of(struct path_rig *rig, const char *name)
{
	return status_of(rig, name).st_mode & 07777;
}

/* The request as it is, and more descriptors than belong to it. */
static void
send_with(struct path_rig *rig, const int *fds, size_t n)
{
	static struct psd_frame frame;
	struct psd_change_mode_req req = {
		.mode = 0640,
		.path = op_rig_path(&rig->op, "file"),
		.file = open_name(rig, "file", O_RDWR),
	};

	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame,
			     psd_op_find(PSD_OP_change_mode), 1, &req),
	    0);
	assert_int_equal(test_raw_send(rig->op.helper, frame.bytes, frame.len,
			     fds, n),
	    frame.len);
	psd_frame_clear(&frame);
}

static void
too_few_or_too_many_descriptors_end_the_conversation(void **state)
{
	static const size_t counts[] = { 0, 2, PSD_FDS_MAX, PSD_FDS_MAX + 1, 16,
		TEST_RAW_FDS };
	const size_t before = test_fds_count();
	int fds[TEST_RAW_FDS];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(counts); i++) {
		struct path_rig rig;

		start(&rig);
		fds[0] = open_name(&rig, "file", O_RDWR);
		for (size_t k = 1; k < TEST_RAW_FDS; k++)
			fds[k] = fds[0];
		send_with(&rig, fds, counts[i]);
		psd_fd_close(fds[0]);
		assert_true(op_rig_is_broken(&rig.op));
		assert_int_equal(mode_of(&rig, "file"), 0600);
		path_rig_stop(&rig);
	}
	assert_int_equal(test_fds_count(), before);
}

/* Sockets with the ends of others on their way, and its own end among them. */
static void
sockets_within_sockets_leave_nothing_behind(void **state)
{
	enum { DEEP = 100 };
	const size_t before = test_fds_count();
	struct path_rig rig;
	int last;

	(void)state;
	start(&rig);
	last = fcntl(rig.op.helper, F_DUPFD_CLOEXEC, 0);
	for (int i = 0; i < DEEP; i++) {
		int ends[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
		assert_int_equal(test_raw_send(ends[0], "x", 1, &last, 1), 1);
		psd_fd_close(last);
		psd_fd_close(ends[0]);
		last = ends[1];
	}
	assert_int_equal(ask(&rig, "file", last), -ESTALE);
	psd_fd_close(last);
	assert_false(op_rig_is_broken(&rig.op));
	path_rig_stop(&rig);
	assert_int_equal(test_fds_count(), before);
}

static void
a_flood_of_descriptors_leaves_nothing_behind(void **state)
{
	enum { FLOOD = 20000 };
	const size_t before = test_fds_count();
	_cleanup_fd_ int fd = PSD_NO_FD;
	struct path_rig rig;

	(void)state;
	start(&rig);
	fd = open_name(&rig, "sub/file", O_RDWR);
	for (int i = 0; i < FLOOD; i++)
		assert_int_equal(ask(&rig, "file", fd), -ESTALE);
	psd_fd_cleanup(&fd);
	path_rig_stop(&rig);
	assert_int_equal(test_fds_count(), before);
}

static atomic_bool is_over;

static void *
exchange(void *argument)
{
	const struct path_rig *rig = argument;
	_cleanup_fd_ int dir = open(rig->op.dir, O_PATH | O_CLOEXEC);
	_cleanup_fd_ int out = open(rig->outer, O_PATH | O_CLOEXEC);

	while (!atomic_load(&is_over))
		if (renameat2(dir, "file", out, "sentinel", RENAME_EXCHANGE) <
		    0)
			break;
	return NULL;
}

/* The name leads now to the file that was sent, now to one from outside. */
static void
an_exchanged_file_is_never_changed(void **state)
{
	enum { ASKED = 20000 };
	_cleanup_fd_ int fd = PSD_NO_FD, other = PSD_NO_FD;
	unsigned n_changed = 0, n_stale = 0;
	struct path_rig rig;
	struct stat status;
	pthread_t thread;

	(void)state;
	start(&rig);
	fd = open_name(&rig, "file", O_RDWR);
	other = open_name(&rig, "../sentinel", O_RDWR);
	atomic_store(&is_over, false);
	assert_int_equal(pthread_create(&thread, NULL, exchange, &rig), 0);
	for (int i = 0; i < ASKED; i++) {
		const int r = ask(&rig, "file", fd);

		n_changed += r == 0;
		n_stale += r == -ESTALE;
		/* The one from outside had no business here before. */
		assert_true(r == 0 || r == -ESTALE || r == -EPERM);
		assert_int_equal(fstat(other, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
	}
	atomic_store(&is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(n_changed > 0 && n_stale > 0);
	path_rig_stop(&rig);
}

/* What a process opens once and keeps is not counted. */
static int
open_what_stays(void **state)
{
	struct path_rig rig;

	(void)state;
	start(&rig);
	path_rig_stop(&rig);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    too_few_or_too_many_descriptors_end_the_conversation),
		cmocka_unit_test(sockets_within_sockets_leave_nothing_behind),
		cmocka_unit_test(a_flood_of_descriptors_leaves_nothing_behind),
		cmocka_unit_test(an_exchanged_file_is_never_changed),
	};

	return cmocka_run_group_tests(tests, open_what_stays, NULL);
}
