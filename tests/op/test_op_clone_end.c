/* SPDX-License-Identifier: ISC */
#include "tests/op/clone_fixture.h"

/* Is this end told that nothing more comes? */
static bool
is_told_the_end(struct op_rig *rig, int fd)
{
	struct pollfd look = { .fd = fd, .events = POLLIN | POLLRDHUP };

	(void)op_rig_is_silent(rig);
	return poll(&look, 1, 0) == 1 && (look.revents & POLLRDHUP) != 0;
}

static void
a_clone_ends_in_an_orderly_way_and_alone(void **state)
{
	struct psd_accept_req req = { .end = 0 };
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t id;
	int fd;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket",
	    "AllowClone=yes\nAllowAccept=yes");
	fd = clone_greeted(&rig);
	id = send_on(&rig, fd, PSD_OP_accept, &req);
	assert_int_equal(rig.instance->n_waiting, 1);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	/* What is outstanding is answered first. */
	assert_int_equal(take_on(&rig, fd, PSD_OP_accept, id, &rep),
	    -ECANCELED);
	assert_true(is_told_the_end(&rig, fd));
	assert_int_equal(rig.instance->n_clones, 0);
	assert_int_equal(rig.instance->n_waiting, 0);
	assert_int_equal(rig.instance->state, PSD_INSTANCE_READY);
	assert_int_equal(ping_on(&rig, rig.helper), 0);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
a_clone_that_is_closed_without_a_word_is_forgotten(void **state)
{
	struct psd_accept_req req = { .end = 0 };
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket",
	    "AllowClone=yes\nAllowAccept=yes");
	fd = clone_greeted(&rig);
	(void)send_on(&rig, fd, PSD_OP_accept, &req);
	psd_fd_close(fd);
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(rig.instance->n_clones, 0);
	assert_int_equal(rig.instance->n_waiting, 0);
	assert_int_equal(ping_on(&rig, rig.helper), 0);
	op_rig_stop(&rig);
}

static void
who_breaks_the_protocol_in_a_clone_is_dropped_whole(void **state)
{
	struct op_rig rig;
	int fd, other;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes");
	fd = clone_greeted(&rig);
	other = clone_greeted(&rig);
	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
	assert_true(op_rig_is_broken(&rig));
	assert_true(is_told_the_end(&rig, rig.helper));
	assert_true(is_told_the_end(&rig, other));
	psd_fd_close(fd);
	psd_fd_close(other);
	op_rig_stop(&rig);
}

static void
a_second_greeting_in_a_clone_is_out_of_turn(void **state)
{
	struct psd_hello_req req = { .oldest = 1, .newest = PSD_PROTOCOL };
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes");
	fd = clone_greeted(&rig);
	(void)send_on(&rig, fd, PSD_OP_hello, &req);
	assert_true(op_rig_is_broken(&rig));
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* As with any conversation, hello comes first. */
static void
a_request_before_the_greeting_of_a_clone_is_out_of_turn(void **state)
{
	struct psd_ping_req req = { .cookie = 1 };
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes");
	fd = clone_raw(&rig);
	(void)send_on(&rig, fd, PSD_OP_ping, &req);
	assert_true(op_rig_is_broken(&rig));
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
clones_go_on_after_the_end_of_the_first_until_the_process_ends(void **state)
{
	struct psd_clone_req req = { .end = 0 };
	struct psd_clone_rep rep;
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes");
	fd = clone_greeted(&rig);
	assert_int_equal(shutdown(rig.helper, SHUT_WR), 0);
	assert_true(is_told_the_end(&rig, rig.helper));
	assert_int_equal(rig.instance->state, PSD_INSTANCE_ENDING);
	assert_int_equal(ping_on(&rig, fd), 0);
	assert_false(is_told_the_end(&rig, fd));
	assert_int_equal(ask_on(&rig, fd, PSD_OP_clone, &req, &rep),
	    -ESHUTDOWN);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
all_are_told_when_the_daemon_ends_the_helper(void **state)
{
	struct psd_accept_req req = { .end = 0 };
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t id;
	int fd;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket",
	    "AllowClone=yes\nAllowAccept=yes");
	fd = clone_greeted(&rig);
	id = send_on(&rig, fd, PSD_OP_accept, &req);
	psd_instance_end(rig.instance, true);
	assert_int_equal(take_on(&rig, fd, PSD_OP_accept, id, &rep),
	    -ECANCELED);
	assert_true(is_told_the_end(&rig, fd));
	assert_true(is_told_the_end(&rig, rig.helper));
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
a_newer_policy_ends_what_waits_for_clients_in_clones_too(void **state)
{
	struct psd_accept_req req = { .end = 0 };
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t id;
	int fd;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket",
	    "AllowClone=yes\nAllowAccept=yes");
	fd = clone_greeted(&rig);
	id = send_on(&rig, fd, PSD_OP_accept, &req);
	psd_instance_retire(rig.instance);
	assert_int_equal(take_on(&rig, fd, PSD_OP_accept, id, &rep),
	    -ESHUTDOWN);
	assert_int_equal(ping_on(&rig, fd), 0);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* A clone is no way around RequestRate=: what one asks the others may not. */
static void
all_conversations_together_keep_to_the_rate(void **state)
{
	struct psd_ping_req req = { .cookie = 1 };
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, NULL, "AllowClone=yes");
	fd = clone_greeted(&rig);
	psd_rate_init(&rig.instance->requests, 3, UINT64_C(3600) * 1000000);
	assert_int_equal(ping_on(&rig, rig.helper), 0);
	assert_int_equal(ping_on(&rig, fd), 0);
	assert_int_equal(ping_on(&rig, fd), 0);
	(void)send_on(&rig, fd, PSD_OP_ping, &req);
	(void)send_on(&rig, rig.helper, PSD_OP_ping, &req);
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(test_poll(fd, POLLIN, 0), 0);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
calls_that_wait_are_bounded_for_all_conversations(void **state)
{
	enum { FDS = PSD_WAITING_ALL_MAX / PSD_WAITING_MAX };
	struct psd_accept_req req = { .end = 0 };
	struct psd_accept_rep rep;
	struct op_rig rig;
	int fds[FDS];

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket",
	    "AllowClone=yes\nAllowAccept=yes");
	for (size_t i = 0; i < FDS; i++) {
		fds[i] = clone_greeted(&rig);
		for (int k = 0; k < PSD_WAITING_MAX; k++)
			(void)send_on(&rig, fds[i], PSD_OP_accept, &req);
	}
	assert_int_equal(rig.instance->n_waiting, PSD_WAITING_ALL_MAX);
	assert_int_equal(op_rig_ask(&rig, PSD_OP_accept, &req, &rep), -EBUSY);
	for (size_t i = 0; i < FDS; i++)
		psd_fd_close(fds[i]);
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(rig.instance->n_waiting, 0);
	op_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clone_ends_in_an_orderly_way_and_alone),
		cmocka_unit_test(
		    a_clone_that_is_closed_without_a_word_is_forgotten),
		cmocka_unit_test(
		    who_breaks_the_protocol_in_a_clone_is_dropped_whole),
		cmocka_unit_test(a_second_greeting_in_a_clone_is_out_of_turn),
		cmocka_unit_test(
		    a_request_before_the_greeting_of_a_clone_is_out_of_turn),
		cmocka_unit_test(
		    clones_go_on_after_the_end_of_the_first_until_the_process_ends),
		cmocka_unit_test(all_are_told_when_the_daemon_ends_the_helper),
		cmocka_unit_test(
		    a_newer_policy_ends_what_waits_for_clients_in_clones_too),
		cmocka_unit_test(all_conversations_together_keep_to_the_rate),
		cmocka_unit_test(
		    calls_that_wait_are_bounded_for_all_conversations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
