/* SPDX-License-Identifier: ISC */
#include "tests/support/dir.h"
#include "tests/support/op_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int
advance(struct op_rig *rig, const char *phase)
{
	struct psd_phase_req req = { .phase = psd_str_of(phase) };
	struct psd_phase_rep rep;

	return op_rig_ask(rig, PSD_OP_phase, &req, &rep);
}

static int
stat_file(struct op_rig *rig)
{
	struct psd_stat_req req = { .path = op_rig_path(rig, "file") };
	struct psd_stat_rep rep;

	return op_rig_ask(rig, PSD_OP_stat, &req, &rep);
}

static void
a_conversation_begins_with_the_first_and_only_advances(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL,
	    "Phases=auth session\nAllowStat=%s/** phase=auth");
	assert_int_equal(test_dir_write(rig.dir, "file", "x"), 0);
	assert_int_equal(stat_file(&rig), 0);
	assert_int_equal(advance(&rig, "auth"), 0);
	assert_int_equal(stat_file(&rig), 0);
	assert_int_equal(advance(&rig, "session"), 0);
	assert_int_equal(stat_file(&rig), -EPERM);
	assert_int_equal(advance(&rig, "auth"), -EACCES);
	assert_int_equal(stat_file(&rig), -EPERM);
	assert_int_equal(advance(&rig, "session"), 0);
	op_rig_stop(&rig);
}

static void
what_no_policy_names_is_no_phase(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "AllowStat=%s/**");
	assert_int_equal(advance(&rig, "auth"), -EINVAL);
	assert_int_equal(advance(&rig, ""), -EINVAL);
	op_rig_stop(&rig);
}

static void
what_waits_by_a_line_of_an_old_phase_is_cancelled(void **state)
{
	struct psd_phase_req next = { .phase = psd_str_of("session") };
	struct psd_phase_rep none;
	struct psd_accept_req req = { .end = 0 };
	struct psd_accept_rep rep;
	struct op_rig rig;
	uint32_t first, second, third;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket",
	    "Phases=auth session\nAllowAccept=yes phase=auth");
	first = op_rig_send(&rig, PSD_OP_accept, &req);
	second = op_rig_send(&rig, PSD_OP_accept, &req);
	assert_true(op_rig_is_silent(&rig));
	third = op_rig_send(&rig, PSD_OP_phase, &next);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, first, &rep),
	    -ECANCELED);
	assert_int_equal(op_rig_take(&rig, PSD_OP_accept, second, &rep),
	    -ECANCELED);
	assert_int_equal(op_rig_take(&rig, PSD_OP_phase, third, &none), 0);
	assert_int_equal(op_rig_ask(&rig, PSD_OP_accept, &req, &rep), -EPERM);
	op_rig_stop(&rig);
}

static void
what_waits_by_a_line_of_all_phases_goes_on(void **state)
{
	struct psd_accept_req req = { .end = 0 };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, "ListenStream=%s/socket",
	    "Phases=auth session\nAllowAccept=yes");
	(void)op_rig_send(&rig, PSD_OP_accept, &req);
	assert_int_equal(advance(&rig, "session"), 0);
	assert_true(op_rig_is_silent(&rig));
	assert_int_equal(rig.instance->first.n_waiting, 1);
	op_rig_stop(&rig);
}

static void
a_malformed_phase_ends_the_conversation(void **state)
{
	struct psd_phase_req req = { .phase = psd_str_of("session") };

	(void)state;
	op_rig_check_malformed("Phases=auth session", PSD_OP_phase, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_conversation_begins_with_the_first_and_only_advances),
		cmocka_unit_test(what_no_policy_names_is_no_phase),
		cmocka_unit_test(
		    what_waits_by_a_line_of_an_old_phase_is_cancelled),
		cmocka_unit_test(what_waits_by_a_line_of_all_phases_goes_on),
		cmocka_unit_test(a_malformed_phase_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
