/* SPDX-License-Identifier: ISC */
/* Who asks by control.sock, and what is no question. */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"
#include "tests/support/valgrind.h"
#include "tests/unit/control_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	NOBODY = 65534,
	UNKNOWN = 1999, /* an operation of a newer privsepctl */
	ID = 7,
	PATIENCE_USEC = 20000,
};

static struct psd_frame frame;
static char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

static int
begin(void **state)
{
	const int r = begin_control(state);

	(void)snprintf(path, sizeof(path), "%s/control.sock", dir);
	return r;
}

static void
turn(int n)
{
	for (int i = 0; i < n; i++)
		(void)sd_event_run(psd_loop(&owner), TURN_USEC);
}

static int
connect_to_it(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	turn(2);
	return fd;
}

/* A frame without a body, of that type and operation. */
static void
say(int fd, enum psd_frame_type type, uint16_t op, int status)
{
	psd_encode_status(&frame, op, ID, status);
	frame.bytes[0] = (unsigned char)type;
	(void)psd_frame_send(fd, 0, &frame);
	psd_frame_clear(&frame);
	turn(2);
}

/* The status that was answered; 1: nothing, 2: the end. */
static int
hear(int fd)
{
	psd_frame_init(&frame);
	switch (psd_frame_recv(fd, 0, &frame)) {
	case PSD_HEARD_FRAME:
		return frame.status;
	case PSD_HEARD_NOTHING:
		return 1;
	case PSD_HEARD_END:
	case PSD_HEARD_BROKEN:
	case PSD_HEARD_ERROR:
	default:
		return 2;
	}
}

static int
ask_to_stop(int fd)
{
	struct psd_ctl_stop_req req = { .service = psd_str_of("none") };

	psd_frame_init(&frame);
	if (psd_encode_request(&frame, psd_ctl_find(PSD_OP_ctl_stop), ID,
		&req) < 0)
		return 3;
	(void)psd_frame_send(fd, 0, &frame);
	psd_frame_clear(&frame);
	turn(2);
	return hear(fd);
}

static void
newer_privsepctl_is_told_that_we_are_too_old(void **state)
{
	const int fd = connect_to_it();

	(void)state;
	assert_true(fd >= 0);
	for (int i = 0; i < 2; i++) {
		say(fd, PSD_FRAME_REQUEST, UNKNOWN, 0);
		assert_int_equal(hear(fd), -ENOSYS);
		assert_int_equal(frame.op, UNKNOWN);
		assert_int_equal(frame.id, ID);
	}
	/* It may ask something else. */
	assert_int_equal(ask_to_stop(fd), -ENOENT);
	psd_fd_close(fd);
}

static void
what_is_no_question_ends_the_conversation(void **state)
{
	static const struct {
		enum psd_frame_type type;
		uint16_t op;
		int status;
	} rows[] = {
		{ PSD_FRAME_REPLY, PSD_OP_ctl_stop, 0 },
		{ PSD_FRAME_REPLY, UNKNOWN, -EPERM },
		{ PSD_FRAME_REQUEST, PSD_OP_ctl_stop, 0 }, /* of nothing */
		{ PSD_FRAME_REQUEST, PSD_OP_ctl_status, -EPERM },
		{ (enum psd_frame_type)9, PSD_OP_ctl_status, 0 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(rows); i++) {
		const int fd = connect_to_it();

		say(fd, rows[i].type, rows[i].op, rows[i].status);
		assert_int_equal(hear(fd), 2);
		assert_true(TAILQ_EMPTY(&owner.control->clients));
		psd_fd_close(fd);
	}
}

static void
answer_goes_to_whoever_waits_for_it_alone(void **state)
{
	const int idle = connect_to_it(), waiting = connect_to_it();
	struct psd_control_client *client =
	    TAILQ_LAST(&owner.control->clients, psd_control_clients);

	(void)state;
	assert_non_null(client);
	client->waiting = psd_ctl_find(PSD_OP_ctl_reload);
	client->id = ID;
	psd_control_finish(owner.control, PSD_OP_ctl_reexec, -EBUSY, NULL);
	assert_int_equal(hear(waiting), 1);
	psd_control_finish(owner.control, PSD_OP_ctl_reload, -EBUSY, NULL);
	assert_int_equal(hear(waiting), -EBUSY);
	assert_int_equal(frame.op, PSD_OP_ctl_reload);
	assert_int_equal(frame.id, ID);
	assert_int_equal(hear(idle), 1);
	psd_fd_close(idle);
	psd_fd_close(waiting);
	turn(4);
	assert_true(TAILQ_EMPTY(&owner.control->clients));
}

/* He asks on and on, which puts his end off for a while only. */
static void
who_has_the_reserve_gives_it_back_in_time(void **state)
{
	const int fd = connect_to_it();
	struct psd_control_client *client =
	    TAILQ_FIRST(&owner.control->clients);
	int r = 0;

	(void)state;
	assert_non_null(client);
	client->latest_usec = psd_now() + PATIENCE_USEC;
	for (int i = 0; r != 2 && i < TEST_DEADLINE; i++) {
		say(fd, PSD_FRAME_REQUEST, UNKNOWN, 0);
		r = hear(fd);
	}
	assert_int_equal(r, 2);
	assert_true(TAILQ_EMPTY(&owner.control->clients));
	psd_fd_close(fd);
}

/* The loop of the parent is not to be used behind a fork. */
static int
be_a_user_s_daemon(void *argument)
{
	int fd;

	(void)argument;
	TEST_EXPECT(chown(dir, NOBODY, NOBODY) == 0);
	TEST_EXPECT(setresgid(NOBODY, NOBODY, NOBODY) == 0);
	TEST_EXPECT(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	TEST_EXPECT(sd_event_new(&owner.event) >= 0);
	TEST_EXPECT(psd_control_open(&owner) == 0);
	fd = connect_to_it();
	TEST_EXPECT(fd >= 0);
	TEST_EXPECT(ask_to_stop(fd) == -ENOENT);
	return 0;
}

struct guest {
	int fd;
};

static int
connect_as_nobody(void *argument)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const struct guest *guest = argument;

	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	TEST_EXPECT(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	TEST_EXPECT(
	    connect(guest->fd, (const struct sockaddr *)&to, sizeof(to)) == 0);
	return 0;
}

static void
only_root_and_the_daemon_s_own_user_may_stop(void **state)
{
	struct guest guest = { .fd = socket(AF_UNIX,
				   SOCK_SEQPACKET | SOCK_CLOEXEC, 0) };

	(void)state;
	if (test_under_valgrind()) {
		psd_fd_close(guest.fd);
		print_message(
		    "SKIP: no other user may read valgrind's files\n");
		skip();
	}
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(test_child_exit_status(
			     test_child_start(connect_as_nobody, &guest)),
	    0);
	turn(2);
	assert_int_equal(ask_to_stop(guest.fd), -EPERM);
	psd_fd_close(guest.fd);
	assert_int_equal(test_child_exit_status(
			     test_child_start(be_a_user_s_daemon, NULL)),
	    0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end_control)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(newer_privsepctl_is_told_that_we_are_too_old),
		CASE(what_is_no_question_ends_the_conversation),
		CASE(answer_goes_to_whoever_waits_for_it_alone),
		CASE(who_has_the_reserve_gives_it_back_in_time),
		CASE(only_root_and_the_daemon_s_own_user_may_stop),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP not root: the user nobody is needed");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
