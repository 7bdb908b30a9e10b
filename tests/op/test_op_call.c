/* SPDX-License-Identifier: ISC */
#include "tests/op/call_op_fixture.h"

static void
the_provider_is_given_the_other_end_of_a_pair(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;
	char text[8] = "";
	uint32_t id;
	int fd;

	(void)state;
	op_rig_start(&rig, helper_lines, policy_lines);
	assert_int_equal(call(&rig, "sign", &fd), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	id = ask_for_a_client(&rig);
	/* Only once it has said something. */
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(send(fd, "hello", 5, MSG_NOSIGNAL), 5);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, id, &rep), 0);
	assert_int_equal(rep.listener, PSD_ACCEPT_CALLER);
	assert_int_equal(recv(rep.connection, text, sizeof(text), 0), 5);
	assert_string_equal(text, "hello");
	assert_int_equal(rig.service->clients.n, 1);
	psd_fd_close(rep.connection);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

/* Whoever asks for several clients at a time has one all the same. */
static void
a_helper_that_has_its_client_is_given_no_other(void **state)
{
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t first, second;
	int fds[2];

	(void)state;
	op_rig_start(&rig, helper_lines, policy_lines);
	first = ask_for_a_client(&rig);
	second = ask_for_a_client(&rig);
	for (int i = 0; i < 2; i++)
		assert_int_equal(call(&rig, "sign", &fds[i]), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(send(fds[i], "hello", 5, MSG_NOSIGNAL), 5);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, first, &rep), 0);
	psd_fd_close(rep.connection);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, second, &rep),
	    -ESHUTDOWN);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept,
			     ask_for_a_client(&rig), &rep),
	    -ESHUTDOWN);
	assert_int_equal(rig.service->n_taken, 0); /* nor counted at all */
	psd_fd_close(fds[0]);
	psd_fd_close(fds[1]);
	op_rig_stop(&rig);
}

static void
what_is_not_granted_is_refused_whether_it_is_provided_or_not(void **state)
{
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, helper_lines, policy_lines);
	assert_int_equal(call(&rig, "verify", &fd), -EPERM);
	assert_int_equal(call(&rig, "other", &fd), -EPERM);
	assert_int_equal(call(&rig, "rig", &fd), -EPERM);
	assert_int_equal(call(&rig, "", &fd), -EPERM);
	assert_int_equal(call(&rig, "sign,verify", &fd), -EPERM);
	assert_int_equal(rig.service->clients.n, 0);
	op_rig_stop(&rig);
	op_rig_start(&rig, helper_lines, "AllowAccept=yes");
	assert_int_equal(call(&rig, "sign", &fd), -EPERM);
	op_rig_stop(&rig);
}

static void
a_name_that_nobody_provides_is_told(void **state)
{
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, helper_lines, policy_lines);
	assert_int_equal(call(&rig, "nobody", &fd), -ENOENT);
	psd_service_stop(rig.service);
	assert_true(rig.service->is_stopped);
	op_rig_stop(&rig);
}

static void
a_pair_that_cannot_be_made_is_told(void **state)
{
	struct rlimit limit, low;
	struct op_rig rig;
	int fd;

	(void)state;
	op_rig_start(&rig, helper_lines, policy_lines);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	fd = dup(STDIN_FILENO);
	assert_true(fd >= 0);
	psd_fd_close(fd);
	low.rlim_cur = (rlim_t)fd + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_int_equal(call(&rig, "sign", &fd), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(rig.service->clients.n, 0);
	assert_int_equal(call(&rig, "sign", &fd), 0);
	psd_fd_close(fd);
	op_rig_stop(&rig);
}

static void
a_malformed_call_ends_the_conversation(void **state)
{
	struct psd_call_req req = { .service = psd_str_of("sign") };

	(void)state;
	op_rig_check_malformed("AllowCall=sign", PSD_OP_call, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_provider_is_given_the_other_end_of_a_pair),
		cmocka_unit_test(
		    a_helper_that_has_its_client_is_given_no_other),
		cmocka_unit_test(
		    what_is_not_granted_is_refused_whether_it_is_provided_or_not),
		cmocka_unit_test(a_name_that_nobody_provides_is_told),
		cmocka_unit_test(a_pair_that_cannot_be_made_is_told),
		cmocka_unit_test(a_malformed_call_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
