/* SPDX-License-Identifier: ISC */
/* What privsepctl status shows of daemons that have less, or more, to tell. */
#include "tests/unit/ctl_status_fixture.h"

/* Nothing is missing, nothing is there. */
static int
tell_little(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	(void)req;
	if (row->op != PSD_OP_ctl_status)
		return -ENOENT;
	(void)tell_status(&rep->as_ctl_status);
	rep->as_ctl_status.uptime_usec = 3 * 86400000000 + 7200000000;
	rep->as_ctl_status.layers = psd_str_of("");
	rep->as_ctl_status.missing = psd_str_of("");
	return 0;
}

static void
daemon_without_services_says_so(void **state)
{
	(void)state;
	assert_int_equal(against(tell_little, FAKE_CONTROL_POLITE, "status"),
	    PSD_CTL_DONE);
	assert_non_null(strstr(run.out, ", up 3d 2h, "));
	assert_non_null(strstr(run.out, "\nlayers: none\nmissing: none\n"));
	assert_non_null(strstr(run.out, "\nno services\n"));
}

/* With characters of two bytes. */
static void
fill(char *ret, size_t size)
{
	for (size_t i = 0; i + 2 < size; i += 2) {
		ret[i] = '\xc3';
		ret[i + 1] = '\xa9';
	}
}

/* The second of these services has met its limits; its refusal is long. */
static int
tell_limits(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	static char text[1000];
	const int r = tell_all(row, req, rep);

	if (r == 0 && row->op == PSD_OP_ctl_service) {
		rep->as_ctl_service.memory_reached = 1;
		rep->as_ctl_service.memory_kills = 2;
		rep->as_ctl_service.tasks_reached = 3;
		fill(text, sizeof(text));
		rep->as_ctl_service.last_refused = psd_str_of(text);
	}
	if (r == 0 && row->op == PSD_OP_ctl_instance)
		rep->as_ctl_instance.age_usec = 61000000;
	return r;
}

static void
limits_that_were_met_are_told(void **state)
{
	static char same[1000];

	(void)state;
	assert_int_equal(against(tell_limits, FAKE_CONTROL_POLITE,
			     "status www"),
	    PSD_CTL_DONE);
	assert_non_null(strstr(run.out,
	    "  limits        MemoryMax= reached by 1 helper (2 killed), "
	    "TasksMax= by 3 helpers\n"));
	assert_non_null(strstr(run.out, "1min 1s"));
	/* Whole, and no character is cut in two. */
	fill(same, sizeof(same));
	assert_non_null(strstr(run.out, same));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(daemon_without_services_says_so),
		cmocka_unit_test(limits_that_were_met_are_told),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
