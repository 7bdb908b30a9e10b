/* SPDX-License-Identifier: ISC */
#include "tests/op/program_fixture.h"

#include "tests/support/deny.h"

#include <sys/syscall.h>

static void
signals_that_end_a_program_are_sent(void **state)
{
	static const int numbers[] = { SIGHUP, SIGINT, SIGTERM, SIGKILL };

	(void)state;
	begin("cat", "/bin/cat", "");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const uint32_t handle = run_one();

		assert_int_equal(kill_program(handle, numbers[i]), 0);
		until_ended();
		/* As with kill(2), until it was awaited. */
		assert_int_equal(kill_program(handle, numbers[i]), 0);
	}
	end();
}

static void
every_other_signal_is_refused(void **state)
{
	uint32_t handle;

	(void)state;
	begin("cat", "/bin/cat", "");
	handle = run_one();
	for (int number = -1; number <= 65; number++)
		if (number != SIGHUP && number != SIGINT && number != SIGTERM &&
		    number != SIGKILL)
			assert_int_equal(kill_program(handle, number), -EINVAL);
	assert_int_equal(program.service->n_instances, 1);
	end();
}

static void
a_handle_that_was_never_given_is_none(void **state)
{
	static const uint32_t handles[] = { 0, 2, 1000, UINT32_MAX };

	(void)state;
	begin("cat", "/bin/cat", "");
	(void)run_one();
	for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
		assert_int_equal(kill_program(handles[i], SIGKILL), -ESRCH);
	assert_int_equal(program.service->n_instances, 1);
	end();
}

static void
a_malformed_kill_ends_the_conversation(void **state)
{
	struct psd_kill_program_req req = { .handle = 1, .signal = SIGTERM };

	(void)state;
	op_rig_check_malformed("", PSD_OP_kill_program, &req);
}

static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	uint32_t handle;

	(void)state;
	begin("cat", "/bin/cat", "");
	handle = run_one();
	assert_int_equal(test_deny_argument(SYS_pidfd_send_signal, 1, SIGHUP,
			     EIO),
	    0);
	assert_int_equal(kill_program(handle, SIGHUP), -EIO);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_that_end_a_program_are_sent),
		cmocka_unit_test(every_other_signal_is_refused),
		cmocka_unit_test(a_handle_that_was_never_given_is_none),
		cmocka_unit_test(a_malformed_kill_ends_the_conversation),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
	};
	const int r = program_rig_prepare();

	return r != 0 ? r : cmocka_run_group_tests(tests, NULL, NULL);
}
