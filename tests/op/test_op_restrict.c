/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/dir.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int
stat_file(struct op_rig *rig)
{
	struct psd_stat_req req = { .path = op_rig_path(rig, "file") };
	struct psd_stat_rep rep;

	return op_rig_ask(rig, PSD_OP_stat, &req, &rep);
}

static int
give_up(struct op_rig *rig, enum psd_op op)
{
	struct psd_restrict_req req = { .operation = (uint32_t)op };
	struct psd_restrict_rep rep;

	return op_rig_ask(rig, PSD_OP_restrict, &req, &rep);
}

static void
what_was_given_up_is_refused_and_nothing_else(void **state)
{
	struct psd_ping_req ping = { .cookie = 1 };
	struct psd_ping_rep pong;
	struct psd_log_req log = { .priority = 6,
		.message = psd_str_of("still here") };
	struct psd_log_rep none;
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowStat=%s/**\nAllowLog=info");
	assert_int_equal(test_dir_write(rig.dir, "file", "x"), 0);
	assert_int_equal(stat_file(&rig), 0);
	assert_int_equal(give_up(&rig, PSD_OP_stat), 0);
	assert_int_equal(stat_file(&rig), -EPERM);
	assert_int_equal(op_rig_ask(&rig, PSD_OP_log, &log, &none), 0);
	assert_int_equal(op_rig_ask(&rig, PSD_OP_ping, &ping, &pong), 0);
	op_rig_stop(&rig);
}

static void
nothing_brings_it_back(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowStat=%s/**");
	assert_int_equal(test_dir_write(rig.dir, "file", "x"), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(give_up(&rig, PSD_OP_stat), 0);
		assert_int_equal(stat_file(&rig), -EPERM);
	}
	op_rig_stop(&rig);
}

static void
what_waits_is_given_up_with_its_operation(void **state)
{
	struct psd_restrict_req give_up = { .operation = PSD_OP_accept };
	struct psd_restrict_rep none;
	struct psd_accept_req req = { .end = 0 };
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t first, second;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket", "AllowAccept=yes");
	first = op_rig_send(&rig, PSD_OP_accept, &req);
	assert_true(op_rig_is_silent(&rig));
	second = op_rig_send(&rig, PSD_OP_restrict, &give_up);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, first, &rep),
	    -ECANCELED);
	assert_int_equal(op_rig_take(&rig, PSD_OP_restrict, second, &none), 0);
	assert_int_equal(op_rig_ask(&rig, PSD_OP_accept, &req, &rep), -EPERM);
	op_rig_stop(&rig);
}

static void
the_conversation_itself_cannot_be_given_up(void **state)
{
	static const enum psd_op free_ones[] = { PSD_OP_hello, PSD_OP_ping,
		PSD_OP_restrict, PSD_OP_narrow, PSD_OP_phase };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	for (size_t i = 0; i < PSD_ELEMENTS(free_ones); i++)
		assert_int_equal(give_up(&rig, free_ones[i]), -EINVAL);
	op_rig_stop(&rig);
}

static void
an_operation_that_does_not_exist_ends_the_conversation(void **state)
{
	unsigned char record[PSD_FRAME_HEADER + 4] = { 1, 0, PSD_OP_restrict, 0,
		1, 0, 0, 0, 0, 0, 0, 0, 99 };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	op_rig_send_raw(&rig, record, sizeof(record));
	assert_true(op_rig_is_broken(&rig));
	op_rig_stop(&rig);
}

static void
a_malformed_restrict_ends_the_conversation(void **state)
{
	struct psd_restrict_req req = { .operation = PSD_OP_open };

	(void)state;
	op_rig_check_malformed("", PSD_OP_restrict, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_given_up_is_refused_and_nothing_else),
		cmocka_unit_test(nothing_brings_it_back),
		cmocka_unit_test(what_waits_is_given_up_with_its_operation),
		cmocka_unit_test(the_conversation_itself_cannot_be_given_up),
		cmocka_unit_test(
		    an_operation_that_does_not_exist_ends_the_conversation),
		cmocka_unit_test(a_malformed_restrict_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
