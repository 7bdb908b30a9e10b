/* SPDX-License-Identifier: ISC */
#include "tests/unit/explain_rig.h"

static void
allowed_request_names_the_line(void **state)
{
	(void)state;
	assert_int_equal(judge("AllowOpen=read /srv/www/**\n",
			     "open read /srv/www/a"),
	    PSD_ANSWER_ALLOWED);
	assert_non_null(
	    strstr(text, "allowed: open(read, \"/srv/www/a\")\nby "));
	assert_non_null(
	    strstr(text, "www.policy:5: AllowOpen=read /srv/www/**"));
}

static void
line_that_a_refusal_shows_allows_the_request(void **state)
{
	static const char *const requests[] = {
		"open read /etc/passwd",
		"open write,create,truncate /var/a 0644",
		"open append /var/with*star",
		"stat /etc/[x]",
		"read_directory /srv 7",
		"ReadDirectory /srv",
		"log warning message",
		"accept",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const char *line;
		char pasted[6000];

		assert_int_equal(judge("", requests[i]), PSD_ANSWER_REFUSED);
		assert_non_null(strstr(text, "nothing in www.policy"));
		line = strstr(text, "to allow: ");
		assert_non_null(line);
		snprintf(pasted, sizeof(pasted), "%s\n",
		    line + strlen("to allow: "));
		assert_int_equal(judge(pasted, requests[i]),
		    PSD_ANSWER_ALLOWED);
	}
}

static void
denied_request_names_the_deny_line_and_what_it_hides(void **state)
{
	(void)state;
	assert_int_equal(judge("AllowOpen=read /srv/www/**\n"
			       "DenyOpen=any /srv/www/**/.*\n",
			     "open read /srv/www/.git"),
	    PSD_ANSWER_REFUSED);
	assert_non_null(strstr(text, "www.policy:6: DenyOpen=any"));
	assert_non_null(strstr(text, "www.policy:5 would allow it then"));
	assert_null(strstr(text, "to allow: AllowOpen"));
}

static void
denied_request_that_no_line_allows_needs_both(void **state)
{
	(void)state;
	assert_int_equal(judge("DenyOpen=any /srv/**\n", "open read /srv/a"),
	    PSD_ANSWER_REFUSED);
	assert_non_null(strstr(text, "www.policy:5: DenyOpen=any"));
	assert_non_null(strstr(text, "to allow: AllowOpen=read /srv/a"));
}

static void
conditions_of_a_grant_are_told(void **state)
{
	(void)state;
	assert_int_equal(judge("AllowOpen=read /srv/** owner=root links=1\n",
			     "open read /srv/a"),
	    PSD_ANSWER_ALLOWED);
	assert_non_null(strstr(text, "provided that the file has the owner"));
	assert_non_null(strstr(text, "provided that the file has one link"));
}

static void
free_operation_needs_no_line(void **state)
{
	(void)state;
	assert_int_equal(judge("", "ping 7"), PSD_ANSWER_ALLOWED);
	assert_int_equal(judge("", "hello 1 1"), PSD_ANSWER_ALLOWED);
	assert_int_equal(judge("", "restrict open"), PSD_ANSWER_ALLOWED);
	assert_non_null(strstr(text, "every helper may"));
}

static void
file_in_the_helper_s_sight_is_told(void **state)
{
	struct psd_policy *policy = load("AllowOpen=@runtime\n");
	char request[4200];
	char sight[4200];

	(void)state;
	assert_true(policy->view.n > 0);
	snprintf(request, sizeof(request), "stat %s/x",
	    policy->view.at[0].text);
	snprintf(sight, sizeof(sight), "but %s is in the helper's sight",
	    policy->view.at[0].text);
	assert_int_equal(ask(policy, request), PSD_ANSWER_REFUSED);
	assert_non_null(strstr(text, sight));
	assert_non_null(strstr(text, "www.policy:5)"));
	assert_int_equal(ask(policy, "stat /etc/shadow"), PSD_ANSWER_REFUSED);
	assert_null(strstr(text, "sight"));
	psd_policy_free(policy);
}

static void
path_that_no_grant_can_cover_has_no_line(void **state)
{
	(void)state;
	assert_int_equal(judge("AllowOpen=read /**\n", "open read /a/../b"),
	    PSD_ANSWER_REFUSED);
	assert_null(strstr(text, "to allow:"));
	assert_non_null(strstr(text, "no line can allow it"));
}

static void
what_an_answer_hangs_on_is_said(void **state)
{
	(void)state;
	assert_int_equal(judge("AllowAccept=yes once\n", "accept"),
	    PSD_ANSWER_ALLOWED);
	assert_non_null(strstr(text, "\nonce in a conversation"));
	assert_int_equal(judge("AllowStat=/a links=1\n", "stat /a"),
	    PSD_ANSWER_ALLOWED);
	assert_non_null(
	    strstr(text, "\nprovided that the file has one link only"));
	assert_int_equal(judge("AllowConnectName=tcp a.org:1 to=192.0.2.0/24\n",
			     "connect_name tcp a.org:1"),
	    PSD_ANSWER_ALLOWED);
	assert_non_null(
	    strstr(text, "\nat those addresses of the name that it grants"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(allowed_request_names_the_line),
		cmocka_unit_test(line_that_a_refusal_shows_allows_the_request),
		cmocka_unit_test(
		    denied_request_names_the_deny_line_and_what_it_hides),
		cmocka_unit_test(denied_request_that_no_line_allows_needs_both),
		cmocka_unit_test(conditions_of_a_grant_are_told),
		cmocka_unit_test(free_operation_needs_no_line),
		cmocka_unit_test(file_in_the_helper_s_sight_is_told),
		cmocka_unit_test(path_that_no_grant_can_cover_has_no_line),
		cmocka_unit_test(what_an_answer_hangs_on_is_said),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
