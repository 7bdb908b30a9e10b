/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "policy/explain.h"
#include "tests/unit/ctl_against.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static int
decline_eperm(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	(void)row;
	(void)req;
	(void)rep;
	return -EPERM;
}

static int
decline_enoent(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	(void)row;
	(void)req;
	(void)rep;
	return -ENOENT;
}

static void
missing_daemon_exits_with_4(void **state)
{
	static const char *const lines[] = { "status", "explain www ping 1",
		"reload", "stop www" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(with(lines[i]), PSD_CTL_UNREACHABLE);
		assert_non_null(strstr(run.err, dir));
		assert_non_null(strstr(run.err, "is privsepd running?"));
	}
}

static void
answer_that_is_none_exits_with_4(void **state)
{
	static const enum fake_control_manners manners[] = {
		FAKE_CONTROL_HANGS_UP,
		FAKE_CONTROL_OTHER_ID,
		FAKE_CONTROL_OTHER_ROW,
		FAKE_CONTROL_SHORT_REPLY,
		FAKE_CONTROL_BROKEN_REPLY,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
		assert_int_equal(against(decline_eperm, manners[i], "status"),
		    PSD_CTL_UNREACHABLE);
		assert_string_equal(run.out, "");
	}
}

static void
eperm_says_who_may(void **state)
{
	(void)state;
	assert_int_equal(against(decline_eperm, FAKE_CONTROL_POLITE, "reload"),
	    PSD_CTL_FAILED);
	assert_non_null(strstr(run.err, "only root and the user"));
	assert_null(strstr(run.err, "group"));
	assert_int_equal(against(decline_eperm, FAKE_CONTROL_POLITE, "status"),
	    PSD_CTL_FAILED);
	assert_non_null(strstr(run.err, "group may ask"));
}

/* Where the user's own daemon is looked for, and who looks. */
struct own {
	const char *runtime;
	uid_t uid;
};

/* In a child, which gives up being root for good. */
static int
ask_as(void *argument)
{
	const struct own *own = argument;

	if (setenv("XDG_RUNTIME_DIR", own->runtime, 1) < 0 ||
	    setresuid(own->uid, own->uid, own->uid) < 0)
		return 99;
	return ctl_run("stop www", &run);
}

static void
own_daemon_is_asked_by_all_but_root(void **state)
{
	struct own own = { .runtime = dir, .uid = 65534 };
	char path[4096];
	pid_t daemon;

	(void)state;
	if (geteuid() != 0 || access("/run/privsepd/control.sock", F_OK) == 0)
		skip();
	snprintf(path, sizeof(path), "%s/privsepd", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	daemon = fake_control_start(path, decline_enoent, FAKE_CONTROL_POLITE);
	assert_true(daemon > 0);
	assert_int_equal(chown(dir, own.uid, 0), 0);
	assert_int_equal(chown(path, own.uid, 0), 0);
	snprintf(path, sizeof(path), "%s/privsepd/control.sock", dir);
	assert_int_equal(chown(path, own.uid, 0), 0);
	assert_int_equal(test_child_exit_status(test_child_start(ask_as, &own)),
	    PSD_CTL_FAILED);
	own.uid = 0;
	assert_int_equal(test_child_exit_status(test_child_start(ask_as, &own)),
	    PSD_CTL_UNREACHABLE);
	test_child_kill(daemon);
}

static int
explain(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	static const char packed[] = "read\0/etc/passwd";
	const struct psd_bytes *arguments = &req->as_ctl_explain.arguments;

	if (row->op != PSD_OP_ctl_explain)
		return -ENOSYS;
	if (strcmp(req->as_ctl_explain.service.at, "www") != 0)
		return -ENOENT;
	rep->as_ctl_explain.allowed = PSD_ANSWER_UNCLEAR;
	rep->as_ctl_explain.explanation = psd_str_of("open takes arguments");
	if (arguments->len != sizeof(packed) ||
	    memcmp(arguments->at, packed, sizeof(packed)) != 0)
		return 0;
	rep->as_ctl_explain.allowed =
	    strcmp(req->as_ctl_explain.operation.at, "open") == 0
	    ? PSD_ANSWER_REFUSED
	    : PSD_ANSWER_ALLOWED;
	rep->as_ctl_explain.explanation = psd_str_of("one\ntwo \"three\"");
	return 0;
}

static void
explain_exits_with_3_when_refused(void **state)
{
	(void)state;
	assert_int_equal(against(explain, FAKE_CONTROL_POLITE,
			     "explain www open read /etc/passwd"),
	    PSD_CTL_DENIED);
	assert_string_equal(run.out, "one\ntwo \"three\"\n");
}

static void
explain_exits_with_0_when_allowed(void **state)
{
	(void)state;
	assert_int_equal(against(explain, FAKE_CONTROL_POLITE,
			     "explain www stat read /etc/passwd"),
	    PSD_CTL_DONE);
}

static void
explain_exits_with_2_when_it_is_no_request(void **state)
{
	(void)state;
	assert_int_equal(against(explain, FAKE_CONTROL_POLITE,
			     "explain www open"),
	    PSD_CTL_USAGE);
	assert_string_equal(run.out, "");
	assert_string_equal(run.err, "privsepctl: open takes arguments\n");
}

static void
explain_of_an_unknown_service_fails(void **state)
{
	(void)state;
	assert_int_equal(against(explain, FAKE_CONTROL_POLITE,
			     "explain nobody open read /x"),
	    PSD_CTL_FAILED);
	assert_non_null(strstr(run.err, "service nobody"));
}

static void
explain_as_json_says_allowed_or_not(void **state)
{
	json_t *json;

	(void)state;
	assert_int_equal(against(explain, FAKE_CONTROL_POLITE,
			     "explain --json www open read /etc/passwd"),
	    PSD_CTL_DENIED);
	json = json_loads(run.out, 0, NULL);
	assert_true(json_is_false(json_object_get(json, "allowed")));
	assert_int_equal(json_array_size(json_object_get(json, "explanation")),
	    2);
	json_decref(json);
}

static int
reload(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	if (row->op != PSD_OP_ctl_reload)
		return -ENOSYS;
	rep->as_ctl_reload.failed = req->as_ctl_reload.dry_run;
	rep->as_ctl_reload.generation = 6;
	rep->as_ctl_reload.report =
	    psd_str_of("+ www: AllowOpen=read /x is new (w.policy:3)");
	return 0;
}

static void
reload_prints_what_changes(void **state)
{
	(void)state;
	assert_int_equal(against(reload, FAKE_CONTROL_POLITE, "reload"),
	    PSD_CTL_DONE);
	assert_string_equal(run.out,
	    "+ www: AllowOpen=read /x is new (w.policy:3)\n"
	    "reloaded: generation 6\n");
}

static void
reload_that_failed_exits_with_1(void **state)
{
	(void)state;
	assert_int_equal(against(reload, FAKE_CONTROL_POLITE,
			     "reload --dry-run"),
	    PSD_CTL_FAILED);
	assert_string_equal(run.out, "");
	assert_non_null(
	    strstr(run.err, "nothing was changed; generation 6 stays"));
}

static int
stop(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	if (row->op != PSD_OP_ctl_stop)
		return -ENOSYS;
	if (req->as_ctl_stop.service.len != 3 ||
	    strcmp(req->as_ctl_stop.service.at, "www") != 0)
		return -ENOENT;
	rep->as_ctl_stop.stopped = req->as_ctl_stop.instance == 0 ? 3 : 1;
	return req->as_ctl_stop.instance > 7 ? -ENOENT : 0;
}

static void
stop_ends_a_service_or_one_instance(void **state)
{
	(void)state;
	assert_int_equal(against(stop, FAKE_CONTROL_POLITE, "stop www"),
	    PSD_CTL_DONE);
	assert_string_equal(run.out, "www: ending 3 helpers\n");
	assert_int_equal(against(stop, FAKE_CONTROL_POLITE, "stop www/7"),
	    PSD_CTL_DONE);
	assert_string_equal(run.out, "www/7: ending 1 helper\n");
	assert_int_equal(against(stop, FAKE_CONTROL_POLITE, "stop www/8"),
	    PSD_CTL_FAILED);
	assert_string_equal(run.err,
	    "privsepctl: the daemon knows no instance www/8\n");
}

static void
name_that_no_service_can_have_is_not_found(void **state)
{
	char line[600];

	(void)state;
	snprintf(line, sizeof(line), "stop %0512d", 0);
	assert_int_equal(against(decline_enoent, FAKE_CONTROL_POLITE, line),
	    PSD_CTL_FAILED);
	assert_non_null(strstr(run.err, "too long"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_daemon_exits_with_4),
		cmocka_unit_test(answer_that_is_none_exits_with_4),
		cmocka_unit_test(eperm_says_who_may),
		cmocka_unit_test(own_daemon_is_asked_by_all_but_root),
		cmocka_unit_test(explain_exits_with_3_when_refused),
		cmocka_unit_test(explain_exits_with_0_when_allowed),
		cmocka_unit_test(explain_exits_with_2_when_it_is_no_request),
		cmocka_unit_test(explain_of_an_unknown_service_fails),
		cmocka_unit_test(explain_as_json_says_allowed_or_not),
		cmocka_unit_test(reload_prints_what_changes),
		cmocka_unit_test(reload_that_failed_exits_with_1),
		cmocka_unit_test(stop_ends_a_service_or_one_instance),
		cmocka_unit_test(name_that_no_service_can_have_is_not_found),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
