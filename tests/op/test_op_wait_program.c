/* SPDX-License-Identifier: ISC */
#include "tests/op/program_fixture.h"

static uint32_t
send_wait(uint32_t handle)
{
	struct psd_wait_program_req req = { .handle = handle };

	return op_rig_send(&op, PSD_OP_wait_program, &req);
}

static int
take_wait(uint32_t id, struct psd_wait_program_rep *ret)
{
	return op_rig_take(&op, PSD_OP_wait_program, id, ret);
}

static void
who_asks_before_the_end_is_answered_at_the_end(void **state)
{
	struct psd_wait_program_rep rep;
	uint32_t handle, id;

	(void)state;
	begin("cat", "/bin/cat", "");
	handle = run_one();
	id = send_wait(handle);
	assert_true(op_rig_is_silent(&op));
	/* Others are answered meanwhile, and one waits at a time. */
	assert_int_equal(take_wait(send_wait(handle), &rep), -EBUSY);
	assert_int_equal(kill_program(handle, SIGTERM), 0);
	until_ended();
	assert_int_equal(take_wait(id, &rep), 0);
	assert_int_equal(rep.ending, PSD_ENDING_ABRUPT);
	assert_int_equal(rep.was_killed, 1);
	assert_int_equal(rep.status, SIGTERM);
	assert_int_equal(take_wait(send_wait(handle), &rep), -ESRCH);
	end();
}

static void
who_asks_after_the_end_is_answered_at_once_and_once(void **state)
{
	struct psd_wait_program_rep rep;
	uint32_t handle;

	(void)state;
	begin("cat", "/bin/sh -c \"exit 7\"", "");
	handle = run_one();
	until_ended();
	assert_int_equal(take_wait(send_wait(handle), &rep), 0);
	assert_int_equal(rep.ending, PSD_ENDING_ORDERLY);
	assert_int_equal(rep.was_killed, 0);
	assert_int_equal(rep.status, 7);
	assert_int_equal(take_wait(send_wait(handle), &rep), -ESRCH);
	end();
}

static void
a_handle_that_was_never_given_is_none(void **state)
{
	static const uint32_t handles[] = { 0, 2, 1000, UINT32_MAX };
	struct psd_wait_program_rep rep;

	(void)state;
	begin("cat", "/bin/cat", "");
	(void)run_one();
	for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
		assert_int_equal(take_wait(send_wait(handles[i]), &rep),
		    -ESRCH);
	end();
}

/* A call that waits and a program both outlive nothing. */
static void
a_helper_that_is_dropped_while_it_waits_leaves_nothing_behind(void **state)
{
	(void)state;
	begin("cat", "/bin/cat", "");
	(void)send_wait(run_one());
	op_rig_send_raw(&op, "x", 1);
	assert_true(op_rig_is_broken(&op));
	end();
}

static void
a_malformed_wait_ends_the_conversation(void **state)
{
	struct psd_wait_program_req req = { .handle = 1 };

	(void)state;
	op_rig_check_malformed("", PSD_OP_wait_program, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    who_asks_before_the_end_is_answered_at_the_end),
		cmocka_unit_test(
		    who_asks_after_the_end_is_answered_at_once_and_once),
		cmocka_unit_test(a_handle_that_was_never_given_is_none),
		cmocka_unit_test(
		    a_helper_that_is_dropped_while_it_waits_leaves_nothing_behind),
		cmocka_unit_test(a_malformed_wait_ends_the_conversation),
	};
	const int r = program_rig_prepare();

	return r != 0 ? r : cmocka_run_group_tests(tests, NULL, NULL);
}
