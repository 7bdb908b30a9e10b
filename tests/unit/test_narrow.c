/* SPDX-License-Identifier: ISC */
#include "tests/unit/narrow_fixture.h"

static void
requests_are_judged_by_both_the_policy_and_the_narrowed_lines(void **state)
{
	static const struct {
		const char *policy, *lines;
		const char *allowed, *refused;
	} cases[] = {
		{ "AllowOpen=read,write /srv/**", "AllowOpen=read /srv/a/**",
		    "open read /srv/a/b", "open read /srv/b" },
		{ "AllowOpen=read,write /srv/**", "AllowOpen=read /srv/**",
		    "open read /srv/a", "open write /srv/a" },
		{ "AllowRename=/srv/**", "AllowRename=/srv/a/*",
		    "rename /srv/a/x /srv/a/y 0", "rename /srv/a/x /srv/y 0" },
		{ "AllowLog=debug", "AllowLog=err", "log err x", "log info x" },
		{ "AllowReadSysctl=net.**", "AllowReadSysctl=net.ipv4.*",
		    "read_sysctl net.ipv4.ip_forward",
		    "read_sysctl net.ipv6.route" },
		{ "AllowListen=tcp 127.0.0.0/8:*",
		    "AllowListen=tcp 127.0.0.1:80-90",
		    "listen tcp 127.0.0.1:80", "listen tcp 127.0.0.1:91" },
		{ "AllowConnect=tcp,udp 10.0.0.0/8:*",
		    "AllowConnect=udp 10.0.0.0/8:53", "connect udp 10.0.0.1:53",
		    "connect tcp 10.0.0.1:53" },
		{ "AllowAdjustClock=yes", "AllowAdjustClock=yes max=10ms",
		    "adjust_clock 10ms", "adjust_clock 11ms" },
		/* The policy's Deny lines go on. */
		{ "AllowOpen=read /a/**\nDenyOpen=any /a/b",
		    "AllowOpen=read /a/*", "open read /a/a", "open read /a/b" },
		/* Several lines are all that there is. */
		{ "AllowStat=/**", "AllowStat=/a\nAllowStat=/b", "stat /b",
		    "stat /c" },
		/* What is not named stays as it is. */
		{ "AllowStat=/**\nAllowReadlink=/**", "AllowStat=/a",
		    "readlink /b", "stat /b" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct narrowed t;

		begin(&t, cases[i].policy);
		assert_true(may(&t, cases[i].allowed));
		assert_narrows(&t, cases[i].lines, 0);
		assert_true(may(&t, cases[i].allowed));
		assert_false(may(&t, cases[i].refused));
		end(&t);
	}
}

static void
what_would_widen_is_refused_whole_and_changes_nothing(void **state)
{
	static const char *const wider[] = {
		"AllowOpen=read /**",
		"AllowOpen=read,append /srv/a/b",
		"AllowOpen=read /srv/a/**",
		"AllowOpen=read /srv/a/* follow",
		"AllowOpen=read /srv/a/* xdev",
		"AllowOpen=read /srv/a/*",
		"AllowOpen=",
		"AllowReadlink=/a",
		"AllowLog=err",
		"AllowStat=/a\nAllowOpen=read /**",
		"AllowStat=/a\nAllowLog=err",
		"AllowStat=/a\nAllowOpen=",
	};
	struct narrowed t;

	(void)state;
	begin(&t,
	    "AllowOpen=read,write /srv/**\nAllowStat=/**\n"
	    "AllowLog=debug");
	assert_narrows(&t, "AllowOpen=read /srv/a/* links=1", 0);
	psd_rights_give_up(&t.rights, psd_op_find(PSD_OP_log));
	for (size_t i = 0; i < PSD_ELEMENTS(wider); i++) {
		assert_narrows(&t, wider[i], -EACCES);
		assert_true(may(&t, "open read /srv/a/b"));
		assert_false(may(&t, "open read /srv/b"));
		assert_false(may(&t, "open read /srv/a/b/c"));
		assert_true(may(&t, "stat /b"));
		assert_false(may(&t, "log err x"));
	}
	end(&t);
}

static void
what_is_no_line_of_a_policy_is_malformed(void **state)
{
	static const char *const malformed[] = {
		"",
		"\n\n",
		"# a comment alone",
		"X-AllowStat=/a",
		"AllowStat",
		"AllowStat=a",
		"AllowStat=/a nonsense",
		"AllowStat=/a once once",
		"AllowStat=/a owner=root",
		"AllowStat=/a owner=65535",
		"AllowChangeOwner=root /**",
		"AllowChangeOwner=0:root /**",
		"AllowChangeOwner=-7:7 /**",
		"AllowStat=/a\\",
		"AllowStat=\"/a",
		"AllowStat=/a%",
		"AllowStat=/[",
		"AllowNothing=/a",
		"AllowPing=yes",
		"AllowNarrow=yes",
		"AllowExec=/bin/sh",
		"DenyStat=/a",
		"DenyStat=",
		"SystemCallFilter=@helper",
		"RequestRate=1000000/s",
		"AllowOpen=@runtime",
		"AllowOpen=\"@runtime\"",
		"[Policy]",
		"[Policy]\nAllowStat=/a",
		"[Helper]\nUser=root",
		"AllowStat=/a\n[Policy]",
		"AllowStat=/a\n\001",
		"AllowStat=/a\nAllowLog=loud",
	};
	struct narrowed t;

	(void)state;
	begin(&t, "AllowStat=/**\nAllowOpen=read /**\nAllowLog=debug");
	for (size_t i = 0; i < PSD_ELEMENTS(malformed); i++) {
		assert_narrows(&t, malformed[i], -EINVAL);
		assert_true(may(&t, "stat /b"));
		assert_true(may(&t, "log debug x"));
	}
	end(&t);
}

/* However often it is narrowed, a line with once is one request. */
static void
a_used_up_line_does_not_come_back(void **state)
{
	static const char *const again[] = {
		"AllowStat=/a once",
		"AllowStat=/a once\nAllowStat=/a once",
		"AllowStat=/a once links=1",
	};
	static const char *const policies[] = {
		"AllowStat=/a once", /* of the policy's */
		"AllowStat=/**",     /* of the helper's own */
		"AllowStat=/**\nAllowStat=/[ab] once",
	};

	(void)state;
	for (size_t p = 0; p < PSD_ELEMENTS(policies); p++) {
		struct narrowed t;

		begin(&t, policies[p]);
		assert_narrows(&t, "AllowStat=/a once", 0);
		use(&t, "stat /a");
		assert_false(may(&t, "stat /a"));
		for (size_t i = 0; i < PSD_ELEMENTS(again); i++) {
			assert_narrows(&t, again[i], 0);
			assert_false(may(&t, "stat /a"));
		}
		end(&t);
	}
}

static void
one_request_is_not_made_two_by_two_lines(void **state)
{
	struct narrowed t;

	(void)state;
	begin(&t, "AllowStat=/** once");
	assert_narrows(&t, "AllowStat=/a once\nAllowStat=/b once", 0);
	assert_true(may(&t, "stat /a"));
	use(&t, "stat /b");
	assert_false(may(&t, "stat /a"));
	assert_false(may(&t, "stat /b"));
	end(&t);
}

static void
what_was_used_up_before_is_used_up_after(void **state)
{
	struct narrowed t;

	(void)state;
	begin(&t, "AllowStat=/a/** once\nAllowLog=info once");
	use(&t, "stat /a/b");
	assert_narrows(&t, "AllowStat=/a/c once", 0);
	assert_false(may(&t, "stat /a/c"));
	assert_true(may(&t, "log info x"));
	end(&t);
}

static void
once_can_be_added_a_bounded_number_of_times(void **state)
{
	struct narrowed t;

	(void)state;
	begin(&t, "AllowStat=/**");
	for (int i = 0; i < PSD_NARROW_ONCE_MAX / PSD_NARROW_LINES_MAX; i++) {
		char lines[1024] = "AllowStat=/**";

		for (int k = 1; k < PSD_NARROW_LINES_MAX; k++)
			add_text(lines, sizeof(lines), "\nAllowStat=/a once");
		assert_narrows(&t, lines, 0);
	}
	assert_narrowing_says(&t,
	    "AllowStat=/b once\nAllowStat=/b once\nAllowStat=/b once\n"
	    "AllowStat=/b once\nAllowStat=/b once",
	    -ENOSPC, "once was added too often");
	assert_true(may(&t, "stat /b"));
	assert_narrows(&t, "AllowStat=/b once", 0);
	end(&t);
}

static void
too_many_lines_are_refused(void **state)
{
	char lines[1024] = "";
	struct narrowed t;

	(void)state;
	begin(&t, "AllowStat=/**");
	for (int i = 0; i < PSD_NARROW_LINES_MAX; i++)
		add_text(lines, sizeof(lines), "AllowStat=/a\n");
	assert_narrows(&t, lines, 0);
	add_text(lines, sizeof(lines), "AllowStat=/a\n");
	assert_narrowing_says(&t, lines, -E2BIG, "there are too many lines");
	end(&t);
}

/* Some thousand lines of one directory, against patterns made to be slow. */
static void
what_takes_too_long_to_compare_is_refused_in_time(void **state)
{
	enum { LINES = 4000, PATTERN = 3900 };
	_cleanup_free_ char *policy = calloc(1, (size_t)LINES * 64);
	char line[4096] = "AllowStat=/a";
	struct narrowed t;
	size_t len = 0;

	(void)state;
	assert_non_null(policy);
	for (int i = 0; i < LINES; i++)
		len += (size_t)snprintf(policy + len, (size_t)LINES * 64 - len,
		    "AllowStat=/a/**/*x*y*z*%d*/**/b\n", i);
	begin(&t, policy);
	while (strlen(line) < PATTERN)
		add_text(line, sizeof(line), "/xyz?xyzxyz?xyzxyz?xyzxyz?xyz");
	assert_narrows(&t, line, -E2BIG);
	end(&t);
}

/* Of a link's target, both lines are asked as well. */
static void
where_a_link_leads_is_judged_by_both_lines(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_stat);
	struct psd_verdict verdict;
	struct narrowed t;

	(void)state;
	begin(&t, "AllowStat=/a/** follow");
	assert_narrows(&t, "AllowStat=/a/b/** follow", 0);
	verdict = test_policy_ask(t.policy.policy, &t.rights, "stat /a/b/c");
	assert_true(psd_policy_covers(t.policy.policy, verdict.grant, row, 0,
	    "/a/b/d"));
	assert_false(
	    psd_policy_covers(t.policy.policy, verdict.grant, row, 0, "/a/c"));
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    requests_are_judged_by_both_the_policy_and_the_narrowed_lines),
		cmocka_unit_test(
		    what_would_widen_is_refused_whole_and_changes_nothing),
		cmocka_unit_test(what_is_no_line_of_a_policy_is_malformed),
		cmocka_unit_test(a_used_up_line_does_not_come_back),
		cmocka_unit_test(one_request_is_not_made_two_by_two_lines),
		cmocka_unit_test(what_was_used_up_before_is_used_up_after),
		cmocka_unit_test(once_can_be_added_a_bounded_number_of_times),
		cmocka_unit_test(too_many_lines_are_refused),
		cmocka_unit_test(
		    what_takes_too_long_to_compare_is_refused_in_time),
		cmocka_unit_test(where_a_link_leads_is_judged_by_both_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
