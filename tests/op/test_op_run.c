/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/fd.h"
#include "tests/op/program_fixture.h"
#include "tests/support/deny.h"
#include "tests/support/fds.h"

#include <sys/syscall.h>

static void
a_program_gets_the_other_ends_of_what_is_answered(void **state)
{
	struct psd_run_rep rep;
	char text[8] = "";
	size_t before;

	(void)state;
	begin("cat", "/bin/cat", "");
	before = test_fds_count();
	assert_int_equal(run("cat", &rep), 0);
	assert_int_equal(rep.handle, 1);
	/*
	 * Ours, its pidfd, perhaps its listener and a timer; theirs are
	 * closed.
	 */
	assert_in_range(test_fds_count(), before + 4, before + 6);
	assert_int_equal(fcntl(rep.input, F_GETFL) & O_ACCMODE, O_WRONLY);
	assert_int_equal(fcntl(rep.output, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(write(rep.input, "hello", 5), 5);
	assert_int_equal(read_by(rep.output, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	psd_fd_cleanup(&rep.input);
	assert_int_equal(read_by(rep.output, text, sizeof(text)), 0);
	assert_int_equal(read_by(rep.error, text, sizeof(text)), 0);
	close_ends(&rep);
	end();
	assert_true(test_fds_count() <= before);
}

static void
what_is_no_program_is_not_there(void **state)
{
	struct psd_run_rep rep;

	(void)state;
	begin("cat", "/bin/cat", "");
	assert_int_equal(run("dog", &rep), -ENOENT);
	/* The helper's own service is no program. */
	assert_int_equal(run("rig", &rep), -ENOENT);
	end();
}

static void
a_stopped_service_runs_nothing(void **state)
{
	struct psd_run_rep rep;

	(void)state;
	begin("cat", "/bin/cat", "");
	psd_service_stop(program.service);
	assert_int_equal(run("cat", &rep), -ESHUTDOWN);
	psd_service_resume(program.service);
	assert_int_equal(run("cat", &rep), 0);
	close_ends(&rep);
	end();
}

/* Nothing of a start that failed stays, neither places nor descriptors. */
static void
a_start_that_fails_leaves_nothing_behind(void **state)
{
	struct psd_run_rep rep;
	size_t before;

	(void)state;
	begin("cat", "/bin/cat", "Instances=1\nStartLimitBurst=0");
	before = test_fds_count();
	op.daemon.config.instances_max = 0;
	for (int i = 0; i < 100; i++)
		assert_int_equal(run("cat", &rep), -EUSERS);
	assert_int_equal(test_fds_count(), before);
	op.daemon.config.instances_max = 1;
	assert_int_equal(run("cat", &rep), 0);
	assert_int_equal(rep.handle, 101);
	close_ends(&rep);
	end();
}

static void
a_malformed_run_ends_the_conversation(void **state)
{
	struct psd_run_req req = { .program = psd_str_of("cat") };

	(void)state;
	op_rig_check_malformed("AllowRun=cat", PSD_OP_run, &req);
}

/* The last one: a filter stays. */
static void
the_failing_system_call_is_told_by_its_errno(void **state)
{
	struct psd_run_rep rep;
	size_t before;

	(void)state;
	begin("cat", "/bin/cat", "");
	before = test_fds_count();
	assert_int_equal(test_deny(SYS_pipe2, ENFILE), 0);
	assert_int_equal(run("cat", &rep), -ENFILE);
	assert_int_equal(test_fds_count(), before);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_program_gets_the_other_ends_of_what_is_answered),
		cmocka_unit_test(what_is_no_program_is_not_there),
		cmocka_unit_test(a_stopped_service_runs_nothing),
		cmocka_unit_test(a_start_that_fails_leaves_nothing_behind),
		cmocka_unit_test(a_malformed_run_ends_the_conversation),
		cmocka_unit_test(the_failing_system_call_is_told_by_its_errno),
	};
	const int r = program_rig_prepare();

	return r != 0 ? r : cmocka_run_group_tests(tests, NULL, NULL);
}
