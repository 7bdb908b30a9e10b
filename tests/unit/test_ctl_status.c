/* SPDX-License-Identifier: ISC */
#include "tests/unit/ctl_status_fixture.h"

static void
status_tells_the_daemon_its_layers_and_each_service(void **state)
{
	(void)state;
	assert_int_equal(against(tell_all, FAKE_CONTROL_POLITE, "status"),
	    PSD_CTL_DONE);
	assert_non_null(strstr(run.out,
	    "privsepd 9.8.7, pid 4711, up 2h "
	    "5min, generation 5"));
	assert_non_null(strstr(run.out, "layers: uid filter\n"));
	assert_non_null(
	    strstr(run.out, "MISSING: landlock: not in this kernel; cgroup\n"));
	assert_non_null(strstr(run.out, "\nown filter: 198 system calls\n"));
	assert_non_null(strstr(run.out, "service manager: notify watchdog\n"));
	assert_non_null(strstr(run.out,
	    "service manager MISSING: store: none; journal: no\n"));
	assert_non_null(strstr(run.out, "\nimage    running    2/3"));
	assert_non_null(strstr(run.out, "\nwww      running    2/3"));
	assert_non_null(strstr(run.out, "open(read, \"/etc/\\x1b[2J\")\n"));
	assert_non_null(strstr(run.out, "\nimage MISSING: cgroup landlock\n"));
	assert_null(strstr(run.out, "www MISSING"));
}

static int
tell_no_filter(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	const int r = tell_all(row, req, rep);

	if (row->op == PSD_OP_ctl_status) {
		rep->as_ctl_status.own_calls = 0;
		rep->as_ctl_status.own_filter_missing =
		    psd_str_of("seccomp: Invalid\033[2J argument");
	}
	return r;
}

static void
a_daemon_without_a_filter_of_its_own_says_why(void **state)
{
	(void)state;
	assert_int_equal(against(tell_no_filter, FAKE_CONTROL_POLITE, "status"),
	    PSD_CTL_DONE);
	assert_non_null(strstr(run.out,
	    "\nown filter MISSING: seccomp: Invalid\\x1b[2J argument\n"));
}

static void
status_of_a_service_lists_its_instances(void **state)
{
	(void)state;
	assert_int_equal(against(tell_all, FAKE_CONTROL_POLITE, "status www"),
	    PSD_CTL_DONE);
	assert_non_null(strstr(run.out, "www (native): running"));
	assert_non_null(strstr(run.out, "0.0.0.0:80 [::]:80"));
	assert_non_null(strstr(run.out, "6 orderly, 7 abrupt, 8 overdue"));
	assert_non_null(strstr(run.out, "\nwww/1"));
	assert_non_null(strstr(run.out, "\nwww/3"));
	assert_null(strstr(run.out, "image"));
}

static void
nothing_that_a_daemon_says_steers_the_terminal(void **state)
{
	(void)state;
	assert_int_equal(against(tell_all, FAKE_CONTROL_POLITE, "status www"),
	    PSD_CTL_DONE);
	assert_null(strchr(run.out, '\033'));
	assert_null(strchr(run.out, '\xff'));
	assert_non_null(strstr(run.out, "exec\\x1b[31m\\xff failed\n"));
}

static void
assert_has_fields(const json_t *object, enum psd_op op)
{
	assert_non_null(object);
	for (const struct psd_field *f = psd_ctl_find(op)->rep;
	     f->kind != PSD_KIND_end; f++)
		assert_non_null(json_object_get(object, f->name));
}

static void
status_as_json_has_every_field(void **state)
{
	const json_t *services;
	json_t *all;

	(void)state;
	assert_int_equal(against(tell_all, FAKE_CONTROL_POLITE,
			     "--json status"),
	    PSD_CTL_DONE);
	all = json_loads(run.out, 0, NULL);
	assert_non_null(all);
	services = json_object_get(all, "services");
	assert_int_equal(json_array_size(services), 2);
	assert_int_equal(json_array_size(json_object_get(all, "instances")), 6);
	assert_has_fields(json_object_get(all, "daemon"), PSD_OP_ctl_status);
	assert_has_fields(json_array_get(services, 1), PSD_OP_ctl_service);
	assert_has_fields(json_array_get(json_object_get(all, "instances"), 5),
	    PSD_OP_ctl_instance);
	assert_int_equal(json_integer_value(
			     json_object_get(json_array_get(services, 1),
				 "allowed")),
	    1203);
	assert_int_equal(json_array_size(
			     json_object_get(json_array_get(services, 1),
				 "listeners")),
	    2);
	json_decref(all);
}

static void
status_of_an_unknown_service_fails(void **state)
{
	(void)state;
	assert_int_equal(against(tell_all, FAKE_CONTROL_POLITE, "status ww"),
	    PSD_CTL_FAILED);
	assert_string_equal(run.err,
	    "privsepctl: the daemon knows no service ww\n");
}

static int
tell_in_circles(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	(void)req;
	if (row->op != PSD_OP_ctl_service)
		return tell_all(row, req, rep);
	rep->as_ctl_service.name = psd_str_of("same");
	rep->as_ctl_service.type = psd_str_of("");
	rep->as_ctl_service.state = psd_str_of("");
	rep->as_ctl_service.listeners = psd_str_of("");
	rep->as_ctl_service.missing = psd_str_of("");
	rep->as_ctl_service.last_refused = psd_str_of("");
	rep->as_ctl_service.last_failure = psd_str_of("");
	return 0;
}

static void
daemon_that_goes_round_in_circles_is_left(void **state)
{
	(void)state;
	assert_int_equal(against(tell_in_circles, FAKE_CONTROL_POLITE,
			     "status"),
	    PSD_CTL_FAILED);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    status_tells_the_daemon_its_layers_and_each_service),
		cmocka_unit_test(a_daemon_without_a_filter_of_its_own_says_why),
		cmocka_unit_test(status_of_a_service_lists_its_instances),
		cmocka_unit_test(
		    nothing_that_a_daemon_says_steers_the_terminal),
		cmocka_unit_test(status_as_json_has_every_field),
		cmocka_unit_test(status_of_an_unknown_service_fails),
		cmocka_unit_test(daemon_that_goes_round_in_circles_is_left),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
