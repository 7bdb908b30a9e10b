/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A policy with these lines in [Helper] behind ExecStart=. */
static void
load_helper(struct test_policy *ret, const char *lines)
{
	char text[4096];

	snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\n%s\n[Policy]\n"
	    "SystemCallFilter=@helper\n",
	    lines);
	test_policy_load(ret, text, 0);
}

struct refused {
	const char *line;
	const char *told;
};

static void
refuse_all(const struct refused *cases, size_t n, bool in_policy)
{
	for (size_t i = 0; i < n; i++) {
		struct test_policy policy;
		char text[512];

		snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
		    cases[i].line);
		if (in_policy)
			test_policy_load(&policy, text, 0);
		else
			load_helper(&policy, cases[i].line);
		if (policy.policy != NULL)
			fail_msg("%s", cases[i].line);
		if (strstr(policy.diag.text, cases[i].told) == NULL ||
		    strstr(policy.diag.text,
			in_policy ? "www.policy:5: " : "www.policy:3: ") ==
			NULL)
			fail_msg("%s: %s", cases[i].line, policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
values_of_helper_keys_are_bounded(void **state)
{
	static const struct refused cases[] = {
		{ "ExecStart=bin/true", "absolute path" },
		{ "ExecStart=/bin/../bin/true", "absolute path" },
		{ "ExecStart=/", "absolute path" },
		{ "ExecStart=-/bin/true", "absolute path" },
		{ "ExecStart=/bin/true \"a", "quotes go around" },
		{ "ExecStart=/bin/true %i", "has a % that is not doubled" },
		{ "Type=inet", "Type= takes native" },
		{ "Type=simple", "Type= takes native" },
		{ "ListenStream=http", "ListenStream= takes PORT" },
		{ "ListenStream=0", "ListenStream= takes PORT" },
		{ "ListenStream=80 81", "ListenStream= takes PORT" },
		{ "Instances=0", "Instances= takes a number or a range" },
		{ "Instances=4097", "from 1 to 4096" },
		{ "Instances=2..1", "from 1 to 4096" },
		{ "Instances=many", "from 1 to 4096" },
		{ "MemoryMax=0", "MemoryMax= takes a size" },
		{ "MemoryMax=64m", "MemoryMax= takes a size" },
		{ "MemoryMax=50%%", "MemoryMax= takes a size" },
		{ "TasksMax=0", "TasksMax= takes a number from 1" },
		{ "TasksMax=-1", "TasksMax= takes a number from 1" },
		{ "TasksMax=4294967296", "TasksMax= takes a number" },
		{ "LimitNOFILE=7", "from 8 to 65536" },
		{ "LimitNOFILE=65537", "from 8 to 65536" },
		{ "LimitNOFILE=infinity", "from 8 to 65536" },
		{ "LimitNOFILE=64:32", "from 8 to 65536" },
		{ "LimitNOFILE=4:32", "from 8 to 65536" },
		{ "LimitNOFILE=:32", "from 8 to 65536" },
		{ "LimitNOFILE=32:", "from 8 to 65536" },
		{ "LimitNPROC=0", "LimitNPROC= takes" },
		{ "LimitFSIZE=x", "LimitFSIZE= takes a size" },
		{ "LimitAS=1x", "LimitAS= takes a size" },
		{ "LimitDATA=1 M", "LimitDATA= takes a size" },
		{ "LimitSTACK=8M:4M", "LimitSTACK= takes a size" },
		{ "LimitMEMLOCK=-1", "LimitMEMLOCK= takes a size" },
		{ "LimitCPU=1x", "LimitCPU= takes a time span" },
		{ "CPUAffinity=numa", "CPUAffinity= takes numbers of" },
		{ "CPUAffinity=0 1024", "\"1024\" is none" },
		{ "CPUAffinity=0-1024", "\"0-1024\" is none" },
		{ "CPUAffinity=3-1", "\"3-1\" is none" },
		{ "CPUAffinity=0,x", "\"x\" is none" },
		{ "CPUAffinity=-1", "\"-1\" is none" },
		{ "CPUAffinity=0-", "\"0-\" is none" },
		{ "CPUAffinity=0,-,1", "\"-\" is none" },
		{ "CPUAffinity=,", "\"\" is none" },
		{ "CPUAffinity=0..3", "\"0..3\" is none" },
		{ "Environment=A", "\"A\" is none" },
		{ "Environment==b", "\"=b\" is none" },
		{ "Environment=1A=b", "\"1A=b\" is none" },
		{ "Environment=A-B=c", "\"A-B=c\" is none" },
		{ "Environment=A=\"b c\"", "quotes go around" },
		{ "Environment=LISTEN_FDS=3", "which the daemon sets" },
		{ "User=root", "other than root" },
		{ "User=0", "other than root" },
		{ "User=65535", "other than root" },
		{ "User=no-such-user", "there is no such user" },
		{ "DynamicUser=maybe", "DynamicUser= takes yes or no" },
		{ "DynamicUser=no", "DynamicUser=no needs User=" },
		{ "TimeoutStartSec=soon", "takes a time span" },
		{ "TimeoutStopSec=-5s", "takes a time span" },
		{ "RuntimeMaxSec=5 parsecs", "takes a time span" },
		{ "Restart=on-abnormal", "takes always, on-failure or no" },
		{ "Restart=yes", "takes always, on-failure or no" },
		{ "RestartSec=0", "from 1ms to a minute" },
		{ "RestartSec=infinity", "from 1ms to a minute" },
		{ "RestartSec=61s", "from 1ms to a minute" },
		{ "StartLimitBurst=x", "takes a number of starts" },
		{ "StartLimitBurst=infinity", "takes a number of starts" },
		{ "StartLimitIntervalSec=0", "from 1s to a day" },
		{ "StartLimitIntervalSec=25h", "from 1s to a day" },
		{ "Require=uid gid", "\"gid\" is none" },
		{ "Require=uid,landlock", "\"uid,landlock\" is none" },
		{ "StandardError=journal", "takes null or log" },
	};

	(void)state;
	refuse_all(cases, PSD_ELEMENTS(cases), false);
}

static void
values_of_policy_keys_are_bounded(void **state)
{
	static const struct refused cases[] = {
		{ "SystemCallFilter=~@mount", "SystemCallFilter" },
		{ "SystemCallFilter=@nothing", "@nothing" },
		{ "SystemCallFilter=raed", "raed" },
		{ "SystemCallFilter=\"read", "quotes go around" },
		{ "OnViolation=ignore", "takes kill, errno or log" },
		{ "LogVerdicts=some", "takes refused, all or none" },
		{ "ReportOpens=maybe", "takes yes or no" },
		{ "RequestRate=1000", "takes a rate" },
		{ "RequestRate=0/s", "takes a rate" },
		{ "RequestTimeoutSec=0", "from 1ms to a day" },
		{ "RequestTimeoutSec=infinity", "from 1ms to a day" },
	};

	(void)state;
	refuse_all(cases, PSD_ELEMENTS(cases), true);
}

static void
unknown_names_are_refused_with_the_nearest(void **state)
{
	static const struct refused in_helper[] = {
		{ "ExecStrat=/bin/true", "did you mean ExecStart=?" },
		{ "execstart=/bin/true", "did you mean ExecStart=?" },
		{ "LimitCORE=0", "there is no key LimitCORE=" },
		{ "Frobnicate=yes", "X-Frobnicate= is passed over" },
		{ "AllowOpen=read /a", "belongs to section [Policy]" },
		{ "OnViolation=kill", "belongs to section [Policy]" },
		{ "[Polcy]", "did you mean [Policy]?" },
		{ "[helper]", "did you mean [Helper]?" },
		{ "[Service]", "a policy has [Helper] and [Policy]" },
	};
	static const struct refused in_policy[] = {
		{ "AllowOpne=read /a", "did you mean AllowOpen=?" },
		{ "DenyReadDirectry=/a", "did you mean DenyReadDirectory=?" },
		{ "AlowOpen=read /a", "did you mean AllowOpen=?" },
		{ "User=daemon", "belongs to section [Helper]" },
		{ "AllowTeleport=yes", "there is no key AllowTeleport=" },
	};

	(void)state;
	refuse_all(in_helper, PSD_ELEMENTS(in_helper), false);
	refuse_all(in_policy, PSD_ELEMENTS(in_policy), true);
}

static void
contradictions_are_refused(void **state)
{
	static const struct refused cases[] = {
		{ "User=daemon\nDynamicUser=yes", "contradict each other" },
		{ "Require=uid\nUser=daemon", "Require=uid asks for" },
		{ "ListenStream=80\nListenStream=80", "is there already" },
		{ "ExecStart=", "there is no ExecStart=" },
		{ "Require=filter\n[Policy]\nOnViolation=log",
		    "OnViolation=log lets every system call pass" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;

		load_helper(&policy, cases[i].line);
		if (policy.policy != NULL ||
		    strstr(policy.diag.text, cases[i].told) == NULL)
			fail_msg("%s: %s", cases[i].line, policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
what_makes_no_sense_is_warned_of(void **state)
{
	static const struct refused cases[] = {
		{ "[Helper]\nExecStart=/bin/true\n",
		    "warning: without SystemCallFilter=" },
		{ TEST_POLICY_HEAD "AllowAccept=yes\n", "no client can come" },
		{ TEST_POLICY_HEAD "[Helper]\nListenStream=80\n",
		    "warning: ListenStream= without AllowAccept=yes" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;

		test_policy_load(&policy, cases[i].line, 0);
		assert_non_null(policy.policy);
		assert_int_equal(policy.diag.errors, 0);
		assert_int_equal(policy.diag.warnings, 1);
		assert_non_null(strstr(policy.diag.text, cases[i].told));
		test_policy_free(&policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_helper_keys_are_bounded),
		cmocka_unit_test(values_of_policy_keys_are_bounded),
		cmocka_unit_test(unknown_names_are_refused_with_the_nearest),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(what_makes_no_sense_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
