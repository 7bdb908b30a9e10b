/* SPDX-License-Identifier: ISC */
/* What privsepctl says of each kind of answer that a daemon can give. */
#include "common/codec.h"
#include "tests/unit/ctl_against.h"

#include <errno.h>

/* The fake daemon is a child that has these from here. */
static int refusal;
static const char *report;
static bool has_failed;

static int
refuse(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	(void)row;
	(void)req;
	(void)rep;
	return refusal;
}

static void
each_refusal_of_each_command_is_told(void **state)
{
	static const char *const lines[] = { "status", "explain www open",
		"reload", "reexec", "stop www", "metrics", "top --batch -n 1",
		"cat www", "syscalls www", "diff www www" };
	static const struct {
		int status;
		const char *text;
	} refusals[] = {
		{ -EPERM, "the daemon declined: only root" },
		{ -ENOSYS, "of another version and cannot do this" },
		{ -EOPNOTSUPP, "of another version and cannot do this" },
		{ -EPROTONOSUPPORT, "of another version and cannot do this" },
		{ -EMSGSIZE, "too long to be asked" },
		{ -EIO, "Input/output error" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (size_t k = 0; k < sizeof(refusals) / sizeof(refusals[0]);
		     k++) {
			refusal = refusals[k].status;
			assert_int_equal(against(refuse, FAKE_CONTROL_POLITE,
					     lines[i]),
			    PSD_CTL_FAILED);
			assert_non_null(strstr(run.err, refusals[k].text));
			assert_string_equal(run.out, "");
		}
}

static void
each_command_without_an_answer_exits_with_4(void **state)
{
	static const char *const lines[] = { "status", "explain www open",
		"reload", "reexec", "stop www", "metrics", "top --batch -n 1",
		"cat www", "syscalls www" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(against(refuse, FAKE_CONTROL_HANGS_UP,
				     lines[i]),
		    PSD_CTL_UNREACHABLE);
		assert_non_null(strstr(run.err, "hung up without an answer"));
		assert_string_equal(run.out, "");
	}
}

static void
what_is_wrong_with_an_answer_is_told(void **state)
{
	static const struct {
		enum fake_control_manners manners;
		const char *text;
	} cases[] = {
		{ FAKE_CONTROL_OTHER_ID, "answered something else" },
		{ FAKE_CONTROL_OTHER_ROW, "answered something else" },
		{ FAKE_CONTROL_QUESTION, "answered something else" },
		{ FAKE_CONTROL_SHORT_REPLY, "answer cannot be understood" },
		{ FAKE_CONTROL_BROKEN_REPLY, "no answer could be read" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		refusal = -EPERM;
		assert_int_equal(against(refuse, cases[i].manners, "reload"),
		    PSD_CTL_UNREACHABLE);
		assert_non_null(strstr(run.err, cases[i].text));
	}
}

/* One path is longer than a socket's address, one than any path. */
static void
directory_that_is_too_long_has_no_daemon(void **state)
{
	static const int lengths[] = { 200, 4100 };
	static char line[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		(void)snprintf(line, sizeof(line), "--runtime-dir %0*d status",
		    lengths[i], 0);
		assert_int_equal(ctl_run(line, &run), PSD_CTL_UNREACHABLE);
		assert_non_null(strstr(run.err, "File name too long"));
	}
}

static int
reload_or_reexec(const struct psd_op_row *row, const union psd_any_req *req,
    union psd_any_rep *rep)
{
	(void)req;
	switch ((int)row->op) {
	case PSD_OP_ctl_reload:
		rep->as_ctl_reload.failed = has_failed;
		rep->as_ctl_reload.generation = 6;
		rep->as_ctl_reload.report = psd_str_of(report);
		return 0;
	case PSD_OP_ctl_reexec:
		rep->as_ctl_reexec.failed = has_failed;
		rep->as_ctl_reexec.pid = 7;
		rep->as_ctl_reexec.reexecs = 2;
		rep->as_ctl_reexec.version = psd_str_of("9.8.7");
		rep->as_ctl_reexec.report = psd_str_of(report);
		return 0;
	case PSD_OP_ctl_stop:
		rep->as_ctl_stop.stopped = 0;
		return 0;
	default:
		return -ENOSYS;
	}
}

static void
json_of_a_change_says_whether_it_was_done(void **state)
{
	static const char *const lines[] = { "--json reload",
		"--json reload --dry-run", "--json reexec",
		"--json reexec --dry-run" };

	(void)state;
	report = "one\ntwo";
	for (size_t i = 0; i < 2 * sizeof(lines) / sizeof(lines[0]); i++) {
		json_t *json;

		has_failed = i % 2 == 1;
		assert_int_equal(against(reload_or_reexec, FAKE_CONTROL_POLITE,
				     lines[i / 2]),
		    has_failed ? PSD_CTL_FAILED : PSD_CTL_DONE);
		json = json_loads(run.out, 0, NULL);
		assert_non_null(json);
		assert_int_equal(json_is_true(json_object_get(json, "failed")),
		    has_failed);
		assert_int_equal(json_is_true(json_object_get(json, "dry_run")),
		    i / 2 % 2 == 1);
		assert_non_null(json_object_get(json, "report"));
		json_decref(json);
	}
}

static void
report_ends_its_last_line_once(void **state)
{
	(void)state;
	has_failed = false;
	report = "+ www: more\n";
	assert_int_equal(against(reload_or_reexec, FAKE_CONTROL_POLITE,
			     "reload"),
	    PSD_CTL_DONE);
	assert_string_equal(run.out, "+ www: more\nreloaded: generation 6\n");
	report = "+ www: more";
	assert_int_equal(against(reload_or_reexec, FAKE_CONTROL_POLITE,
			     "reload"),
	    PSD_CTL_DONE);
	assert_string_equal(run.out, "+ www: more\nreloaded: generation 6\n");
}

static void
stop_says_that_nothing_was_running(void **state)
{
	(void)state;
	assert_int_equal(against(reload_or_reexec, FAKE_CONTROL_POLITE,
			     "stop www/3"),
	    PSD_CTL_DONE);
	assert_string_equal(run.out, "www/3: nothing was running\n");
	assert_int_equal(against(reload_or_reexec, FAKE_CONTROL_POLITE,
			     "--json stop www/3"),
	    PSD_CTL_DONE);
	assert_string_equal(run.out,
	    "{\n  \"target\": \"www/3\",\n  \"stopped\": 0\n}\n");
	assert_int_equal(with("stop www/0"), PSD_CTL_USAGE);
	assert_non_null(strstr(run.err, "not a service, nor a service and"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_refusal_of_each_command_is_told),
		cmocka_unit_test(each_command_without_an_answer_exits_with_4),
		cmocka_unit_test(what_is_wrong_with_an_answer_is_told),
		cmocka_unit_test(directory_that_is_too_long_has_no_daemon),
		cmocka_unit_test(json_of_a_change_says_whether_it_was_done),
		cmocka_unit_test(report_ends_its_last_line_once),
		cmocka_unit_test(stop_says_that_nothing_was_running),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
