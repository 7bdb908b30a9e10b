/* SPDX-License-Identifier: ISC */
/* What policies say of servers in the manner of inetd. */
#include "common/mem.h"
#include "policy/inetd.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
load(struct test_policy *ret, const char *type, const char *helper,
    const char *policy)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\nType=%s\n%s\n[Policy]\n"
	    "SystemCallFilter=@helper\n%s\n",
	    type, helper, policy);
	test_policy_load(ret, text, 0);
}

static void
what_makes_no_sense_for_it_is_an_error_with_its_place(void **state)
{
	static const struct {
		const char *type, *helper, *policy, *says;
	} cases[] = {
		{ "inetd", "", "", "www.policy:2: Type=inetd without" },
		{ "inetd", "Clients=user:root", "", "policy:4: Clients=" },
		{ "inetd", "Restart=no", "", "policy:4: Restart=" },
		{ "inetd", "StartLimitBurst=1", "",
		    "www.policy:4: StartLimitBurst= means nothing with "
		    "Type=inetd without Instances=" },
		{ "inetd", "RestartSec=1s", "", "add Instances= or leave" },
		{ "inetd", "Instances=2\nRestart=no", "", "Restart= means" },
		{ "inetd", "Provides=x", "", "Provides= means nothing" },
		{ "inetd", "MaxConnectionsPerUser=1", "", "means nothing" },
		{ "inetd", "", "RequestRate=1/s", "RequestRate= means" },
		{ "inetd", "", "AllowAccept=yes", "has no conversation" },
		{ "inetd", "", "DenyOpen=any /etc/**", "policy:7: DenyOpen" },
		{ "inetd", "MaxConnectionsPerSource=x", "", "0 for no limit" },
		{ "inetd", "IdleTimeoutSec=1ms", "", "IdleTimeoutSec= takes" },
		{ "native", "IdleTimeoutSec=2s", "", "is for Type=inetd" },
		{ "filter", "PeerEnvironment=yes", "",
		    "www.policy:4: PeerEnvironment= is for Type=inetd" },
		{ "program", "Pass=socket", "",
		    "www.policy:4: Pass= is for Type=inetd" },
		{ "inetd", "Pass=fd", "", "Pass= takes relay or socket" },
		{ "inetd", "Pass=socket\nInstances=2..9", "",
		    "www.policy:5: Instances= has helpers wait" },
		{ "inetd", "Pass=socket\nIdleTimeoutSec=9s", "",
		    "www.policy:5: IdleTimeoutSec= is the relay's" },
		{ "inetd", "PeerEnvironment=maybe", "", "takes yes or no" },
		{ "inetd", "PeerEnvironment=yes\nInstances=2..9", "",
		    "www.policy:5: Instances= has helpers wait for their "
		    "client" },
		{ "inetd", "PeerEnvironment=yes\nEnvironment=TCPREMOTEIP=::1",
		    "",
		    "www.policy:4: PeerEnvironment=yes sets what "
		    "Environment=TCPREMOTEIP=::1 does" },
		{ "inetd", "Environment=PROTO=x\nPeerEnvironment=yes", "",
		    "leave one out" },
		{ "program", "MaxConnectionsPerSource=2", "",
		    "policy:4: MaxConnectionsPerSource= is for Type=inetd" },
		{ "filter", "IdleTimeoutSec=2s", "", "is for Type=inetd" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;

		load(&policy, cases[i].type, cases[i].helper, cases[i].policy);
		assert_null(policy.policy);
		if (strstr(policy.diag.text, cases[i].says) == NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
its_limits_are_kept(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy, "inetd",
	    "ListenStream=/run/x\nMaxConnections=7\n"
	    "MaxConnectionsPerSource=3\nIdleTimeoutSec=9s\n"
	    "Restart=no\nRestart=",
	    "AllowOpen=@runtime");
	assert_non_null(policy.policy);
	assert_int_equal(policy.diag.errors, 0);
	assert_int_equal(policy.policy->instances_min, 0);
	assert_int_equal(policy.policy->instances_max, 7);
	assert_int_equal(policy.policy->source_connections_max, 3);
	assert_int_equal(policy.policy->idle_timeout_usec, 9000000);
	assert_int_equal(policy.policy->on_violation, PSD_VIOLATION_ERRNO);
	assert_true(policy.policy->log_stderr);
	test_policy_free(&policy);
	load(&policy, "inetd", "ListenStream=/run/x\nIdleTimeoutSec=infinity",
	    "OnViolation=kill");
	assert_non_null(policy.policy);
	assert_int_equal(policy.policy->idle_timeout_usec, 0);
	assert_int_equal(policy.policy->on_violation, PSD_VIOLATION_KILL);
	test_policy_free(&policy);
}

static void
as_many_as_it_says_wait_for_their_client(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy, "inetd",
	    "ListenStream=/run/x\nInstances=2..9\nRestartSec=2s\n"
	    "StartLimitBurst=3",
	    "");
	assert_non_null(policy.policy);
	assert_int_equal(policy.policy->instances_min, 2);
	assert_int_equal(policy.policy->instances_max, 9);
	assert_int_equal(policy.policy->restart, PSD_RESTART_ALWAYS);
	assert_int_equal(policy.policy->restart_usec, 2000000);
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_makes_no_sense_for_it_is_an_error_with_its_place),
		cmocka_unit_test(its_limits_are_kept),
		cmocka_unit_test(as_many_as_it_says_wait_for_their_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
