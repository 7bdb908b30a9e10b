/* SPDX-License-Identifier: ISC */
/* privsepctl log where the journal cannot be read, or says odd things. */
#include "tests/unit/fake_journal.h"

#include "tests/unit/ctl_run.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include <cmocka.h>

static struct test_capture run;

static int
begin(void **state)
{
	(void)state;
	memset(&journal, 0, sizeof(journal));
	journal.field = "MESSAGE=hello";
	journal.entries = 1;
	journal.behind = 1;
	journal.at_usec = 1700000000000000;
	journal.until_usec = UINT64_MAX;
	/* Something comes at once. */
	journal.fd = eventfd(1, EFD_CLOEXEC);
	return journal.fd < 0 || setenv("TZ", "UTC", 1) < 0 ? -1 : 0;
}

static int
end(void **state)
{
	(void)state;
	return close(journal.fd);
}

static void
each_failure_of_the_journal_is_told(void **state)
{
	static const struct {
		const char *call, *line;
	} cases[] = {
		{ "sd_journal_open", "log" },
		{ "sd_journal_set_data_threshold", "log" },
		{ "sd_journal_add_match", "log" },
		{ "sd_journal_seek_realtime_usec", "log" },
		{ "sd_journal_seek_tail", "log -n 3" },
		{ "sd_journal_previous_skip", "log -n 3" },
		{ "sd_journal_next", "log" },
		{ "sd_journal_get_fd", "log -f" },
		{ "sd_journal_get_events", "log -f" },
		{ "sd_journal_get_timeout", "log -f" },
		{ "sd_journal_process", "log -f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		journal.failing = cases[i].call;
		assert_int_equal(ctl_run(cases[i].line, &run), PSD_CTL_FAILED);
		assert_string_equal(run.err,
		    "privsepctl: cannot read the journal: "
		    "Input/output error\n");
		assert_null(journal.failing);
	}
}

static void
host_without_a_number_has_no_journal(void **state)
{
	(void)state;
	journal.failing = "sd_id128_get_machine";
	assert_int_equal(ctl_run("log", &run), PSD_CTL_FAILED);
	assert_non_null(strstr(run.err, "this host has no machine id"));
}

static void
value_that_is_too_long_to_be_looked_for_is_told(void **state)
{
	static char line[4096];

	(void)state;
	(void)snprintf(line, sizeof(line), "log --operation=%03000d", 0);
	assert_int_equal(ctl_run(line, &run), PSD_CTL_FAILED);
	assert_non_null(strstr(run.err, "Argument list too long"));
}

static void
entry_is_shown_with_its_time(void **state)
{
	(void)state;
	journal.field = "MESSAGE=one\ntwo";
	assert_int_equal(ctl_run("log", &run), PSD_CTL_DONE);
	assert_string_equal(run.out,
	    "Nov 14 22:13:20 one\n"
	    "                two\n");
	/* A year that there is not has no name of a month either. */
	journal.visits = 0;
	journal.at_usec = UINT64_MAX;
	assert_int_equal(ctl_run("log", &run), PSD_CTL_DONE);
	assert_non_null(strstr(run.out, " one\n"));
}

static void
entry_that_lacks_its_fields_is_shown_all_the_same(void **state)
{
	(void)state;
	journal.field = NULL;
	assert_int_equal(ctl_run("log", &run), PSD_CTL_DONE);
	assert_string_equal(run.out, "Nov 14 22:13:20 \n");
	journal.visits = 0;
	journal.failing = "sd_journal_get_realtime_usec";
	assert_int_equal(ctl_run("log --json", &run), PSD_CTL_DONE);
	assert_string_equal(run.out, "{\"time_usec\":0}\n");
}

static void
entry_as_json_has_what_is_understood(void **state)
{
	static const struct {
		const char *field;
		size_t len;
		const char *out;
	} cases[] = {
		{ "MESSAGE=x", 0, "\"message\":\"x\"" },
		{ "MESSAGE=x", 7, NULL }, /* less than its name */
		{ "PRIORITY=6", 0, "\"priority\":6" },
		{ "PRIORITY=16", 0, NULL },
		{ "PRIVSEP_SERVICE=www", 0, "\"service\":\"www\"" },
		{ "PRIVSEP_SERVICE", 0, NULL },
		{ "PRIV=1", 0, NULL },
		{ "OTHER_FIELD=1", 0, NULL },
		{ "PRIVSEP_A234567890123456789012345678901234567890"
		  "12345678901234567890123456789012345678901234567890=1",
		    0,
		    "\"a234567890123456789012345678901234567890"
		    "12345678901234567890123\":\"1\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char want[256];

		journal.field = cases[i].field;
		journal.field_len = cases[i].len;
		journal.visits = 0;
		(void)snprintf(want, sizeof(want),
		    "{\"time_usec\":1700000000000000%s%s}\n",
		    cases[i].out == NULL ? "" : ",",
		    cases[i].out == NULL ? "" : cases[i].out);
		assert_int_equal(ctl_run("log --json", &run), PSD_CTL_DONE);
		assert_string_equal(run.out, want);
	}
}

static void
last_entries_are_no_older_than_is_wanted(void **state)
{
	(void)state;
	/* There are more, the last of which is old. */
	journal.behind = 5;
	journal.at_usec = 1;
	assert_int_equal(ctl_run("log -n 3 --since=1min", &run), PSD_CTL_DONE);
	assert_true(journal.sought_usec > 1700000000000000);
	/* Whose time is not known is not too old. */
	journal.sought_usec = 0;
	journal.failing = "sd_journal_get_realtime_usec";
	assert_int_equal(ctl_run("log -n 3 --since=1min", &run), PSD_CTL_DONE);
	assert_int_equal(journal.sought_usec, 0);
	assert_int_equal(ctl_run("log --since=1000000weeks", &run),
	    PSD_CTL_DONE);
	assert_int_equal(journal.sought_usec, 0);
}

static void
what_is_no_date_or_instance_is_refused(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
		{ "log --since=2026-11-26x", "--since takes a span" },
		{ "log --since=1960-01-01", "--since takes a span" },
		{ "log --instance=www/1 --service=mail", "SERVICE/NUMBER" },
		{ "log --instance=www/x", "SERVICE/NUMBER" },
		{ "log --verdict=perhaps", "--verdict takes allowed or" },
		{ "log -n -1", "-n takes a number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ctl_run(cases[i].line, &run), PSD_CTL_USAGE);
		assert_non_null(strstr(run.err, cases[i].text));
		assert_string_equal(run.out, "");
	}
	assert_int_equal(ctl_run("log --instance=www/1 --service=www", &run),
	    PSD_CTL_DONE);
}

/* The journal looks by itself, now and then: it is let do so in time. */
static void
waiting_ends_when_the_journal_wants_to_look(void **state)
{
	static const uint64_t until[] = { 0, UINT64_MAX - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(until) / sizeof(until[0]); i++) {
		journal.until_usec = until[i];
		journal.failing = "sd_journal_process";
		assert_int_equal(ctl_run("log -f", &run), PSD_CTL_FAILED);
	}
	/* Nothing is there to be read, and there is an end to that. */
	assert_int_equal(close(journal.fd), 0);
	journal.fd = eventfd(0, EFD_CLOEXEC);
	assert_true(journal.fd >= 0);
	journal.until_usec = 1;
	journal.failing = "sd_journal_process";
	assert_int_equal(ctl_run("log -f", &run), PSD_CTL_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_failure_of_the_journal_is_told),
		TEST(host_without_a_number_has_no_journal),
		TEST(value_that_is_too_long_to_be_looked_for_is_told),
		TEST(entry_is_shown_with_its_time),
		TEST(entry_that_lacks_its_fields_is_shown_all_the_same),
		TEST(entry_as_json_has_what_is_understood),
		TEST(last_entries_are_no_older_than_is_wanted),
		TEST(what_is_no_date_or_instance_is_refused),
		TEST(waiting_ends_when_the_journal_wants_to_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
