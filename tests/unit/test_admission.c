/* SPDX-License-Identifier: ISC */
#include "policy/admission.h"
#include "policy/user.h"
#include "tests/support/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 2048 };

/* A policy with these lines of [Helper]. */
static void
load(struct test_policy *ret, const char *lines)
{
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\n%s\n[Policy]\n"
	    "SystemCallFilter=@helper\nAllowAccept=yes\n",
	    lines);
	test_policy_load(ret, text, 0);
}

static bool
admits(const struct psd_policy *policy, uid_t uid, gid_t gid, gid_t group)
{
	const struct psd_admission_who who = { uid, gid, &group, 1 };

	return psd_admission_find(policy, &who) != NULL;
}

static void
users_and_groups_are_told_apart_and_nobody_is_admitted_unnamed(void **state)
{
	struct test_policy p;

	(void)state;
	load(&p, "Clients=user:100 group:200\nClients=user:101");
	assert_non_null(p.policy);
	assert_true(admits(p.policy, 100, 1, 1));
	assert_true(admits(p.policy, 101, 1, 1));
	assert_true(admits(p.policy, 1, 200, 1));
	assert_true(admits(p.policy, 1, 1, 200));
	assert_false(admits(p.policy, 200, 1, 1));
	assert_false(admits(p.policy, 1, 100, 101));
	assert_false(admits(p.policy, 0, 0, 0));
	test_policy_free(&p);
	load(&p, "Clients=user:100\nClients=");
	assert_false(admits(p.policy, 100, 1, 1));
	assert_false(psd_policy_takes_clients(p.policy));
	test_policy_free(&p);
}

static bool
admits_unit(const struct psd_policy *policy, const char *unit)
{
	const struct psd_admission_who who = { .uid = 1, .unit = unit };

	return psd_admission_find(policy, &who) != NULL;
}

static void
units_are_admitted_by_their_whole_names(void **state)
{
	struct test_policy p;

	(void)state;
	load(&p, "Clients=unit:nginx.service user:7 unit:a@b-\\\\x2d.service");
	assert_non_null(p.policy);
	assert_true(admits_unit(p.policy, "nginx.service"));
	assert_true(admits_unit(p.policy, "a@b-\\x2d.service"));
	assert_false(admits_unit(p.policy, "nginx.servic"));
	assert_false(admits_unit(p.policy, "nginx.service2"));
	assert_false(admits_unit(p.policy, "nginx.scope"));
	assert_false(admits_unit(p.policy, ""));
	assert_false(admits_unit(p.policy, NULL));
	assert_true(admits(p.policy, 7, 1, 1));
	assert_false(admits(p.policy, 0, 0, 0));
	test_policy_free(&p);
}

static void
names_are_those_of_the_host(void **state)
{
	struct test_policy p;
	gid_t gid = 1;

	(void)state;
	assert_int_equal(psd_user_find_group("root", &gid), 0);
	assert_int_equal(gid, 0);
	assert_int_equal(psd_user_find_group("no-such-group", &gid), -ENOENT);
	assert_int_equal(psd_user_find_group("65535", &gid), -ERANGE);
	assert_int_equal(psd_user_find_group("4711", &gid), 0);
	assert_int_equal(gid, 4711);
	load(&p, "Clients=user:daemon group:root");
	assert_non_null(p.policy);
	assert_int_equal(p.policy->clients[0].id, 1);
	assert_int_equal(p.policy->clients[1].kind, PSD_ADMIT_GROUP);
	test_policy_free(&p);
}

static void
words_that_name_nobody_are_errors(void **state)
{
	static const char *const words[] = { "alice", "1000",
		"user:", "group:", "user:no-such-user", "group:no-such-group",
		"user:65535", "group:4294967295", "user:-1", "host:localhost",
		"USER:root", "user:root,daemon", "unit:", "unit:nginx",
		"unit:.service", "unit:system.slice", "unit:srv.mount",
		"unit:a@.service", "unit:@a.service", "unit:a/b.service",
		"unit:*.service", "unit:nginx.service," };
	struct test_policy p;
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		(void)snprintf(line, sizeof(line), "Clients=%s", words[i]);
		load(&p, line);
		if (p.policy != NULL)
			fail_msg("accepted: %s", line);
		assert_non_null(strstr(p.diag.text, "www.policy:3"));
		test_policy_free(&p);
	}
}

static void
the_mode_lets_in_no_fewer_and_hardly_more(void **state)
{
	static const struct {
		const char *words;
		mode_t mode;
		gid_t gid;
	} cases[] = {
		{ "user:0", 0600, (gid_t)-1 },
		{ "group:7", 0660, 7 },
		{ "group:7 user:0", 0660, 7 },
		{ "user:8", 0666, (gid_t)-1 },
		{ "group:7 user:8", 0666, (gid_t)-1 },
		{ "group:7 group:9", 0666, (gid_t)-1 },
		{ "unit:a.service", 0666, (gid_t)-1 },
		{ "group:7 unit:a.service", 0666, (gid_t)-1 },
	};
	struct test_policy p;
	char line[128];
	gid_t gid;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(line, sizeof(line), "Clients=%s",
		    cases[i].words);
		load(&p, line);
		assert_int_equal(psd_admission_mode(p.policy, &gid),
		    cases[i].mode);
		assert_int_equal(gid, cases[i].gid);
		test_policy_free(&p);
	}
}

static void
each_helper_has_one_client_unless_it_is_said_otherwise(void **state)
{
	struct test_policy p;

	(void)state;
	load(&p, "Clients=user:8");
	assert_int_equal(p.policy->accepts_max, 1);
	assert_int_equal(p.policy->connections_max, 64);
	assert_int_equal(p.policy->user_connections_max, 8);
	assert_int_equal(p.policy->connect_timeout_usec, 10000000);
	assert_false(p.policy->accepts_fds);
	test_policy_free(&p);
	load(&p, "Clients=user:8\nReuseInstances=yes");
	assert_true(p.policy->accepts_max == UINT32_MAX);
	test_policy_free(&p);
	load(&p, "ListenStream=/run/x.sock");
	assert_true(p.policy->accepts_max == UINT32_MAX);
	test_policy_free(&p);
}

static void
names_that_are_provided_are_labels_and_said_once(void **state)
{
	static const char *const bad[] = { "Provides=a/b", "Provides=a*",
		"Provides=sign sign", "Provides=sign\nProvides=sign",
		"Provides=\"a b\"", "Provides=a,b" };
	struct test_policy p;

	(void)state;
	load(&p, "Provides=sign verify\nProvides=a.b-c@d");
	assert_int_equal(p.policy->provides.n, 3);
	assert_string_equal(p.policy->provides.at[2].text, "a.b-c@d");
	assert_true(psd_policy_takes_clients(p.policy));
	assert_int_equal(p.policy->accepts_max, 1);
	assert_false(p.policy->sends_fds);
	test_policy_free(&p);
	load(&p, "Provides=sign\nProvides=");
	assert_int_equal(p.policy->provides.n, 0);
	test_policy_free(&p);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		load(&p, bad[i]);
		if (p.policy != NULL)
			fail_msg("accepted: %s", bad[i]);
		test_policy_free(&p);
	}
}

static void
what_is_odd_is_warned_of(void **state)
{
	static const struct {
		const char *lines, *warning;
	} cases[] = {
		{ "Clients=user:0", "whoever is root" },
		{ "Clients=group:65534", "other user namespaces" },
		{ "Clients=group:7\nMaxConnections=8", "all 8 connections" },
		{ "Clients=group:7\nInstances=1..8", "all 8 helpers" },
		{ "Clients=user:7\nInstances=1..8", NULL },
		{ "Clients=unit:a.service\nInstances=1..8", NULL },
		{ "Clients=group:7\nInstances=1..9", NULL },
		{ "Clients=group:7\nInstances=1..8\nReuseInstances=yes", NULL },
	};
	struct test_policy p;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		load(&p, cases[i].lines);
		assert_non_null(p.policy);
		if (cases[i].warning == NULL)
			assert_int_equal(p.diag.warnings, 0);
		else
			assert_non_null(strstr(p.diag.text, cases[i].warning));
		test_policy_free(&p);
	}
}

static void
who_may_come_in_vain_is_warned_of(void **state)
{
	static const struct {
		const char *helper, *policy, *warning;
	} cases[] = {
		{ "Clients=user:7", "", "Clients= without AllowAccept=yes" },
		{ "Provides=a", "", "Provides= without AllowAccept=yes" },
		{ "", "AllowAccept=yes", "no client can come" },
	};
	struct test_policy p;
	char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "[Helper]\nExecStart=/bin/true\n%s\n[Policy]\n"
		    "SystemCallFilter=@helper\n%s\n",
		    cases[i].helper, cases[i].policy);
		test_policy_load(&p, text, 0);
		assert_int_equal(p.diag.warnings, 1);
		assert_non_null(strstr(p.diag.text, cases[i].warning));
		test_policy_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    users_and_groups_are_told_apart_and_nobody_is_admitted_unnamed),
		cmocka_unit_test(units_are_admitted_by_their_whole_names),
		cmocka_unit_test(names_are_those_of_the_host),
		cmocka_unit_test(words_that_name_nobody_are_errors),
		cmocka_unit_test(the_mode_lets_in_no_fewer_and_hardly_more),
		cmocka_unit_test(
		    each_helper_has_one_client_unless_it_is_said_otherwise),
		cmocka_unit_test(
		    names_that_are_provided_are_labels_and_said_once),
		cmocka_unit_test(what_is_odd_is_warned_of),
		cmocka_unit_test(who_may_come_in_vain_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
