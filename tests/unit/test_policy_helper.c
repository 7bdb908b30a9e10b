/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "tests/support/policy.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
load(struct test_policy *ret, const char *text)
{
	test_policy_load(ret, text, 0);
	if (ret->policy == NULL)
		fail_msg("%s", ret->diag.text);
}

/* The policy's limit of a resource; fails the test when there is none. */
static struct rlimit
limit(const struct psd_policy *policy, int resource)
{
	for (size_t i = 0; i < policy->n_limits; i++)
		if (policy->limits[i].resource == resource)
			return policy->limits[i].value;
	fail_msg("no limit %d", resource);
	return (struct rlimit){ 0, 0 };
}

static void
check_defaults(const struct psd_policy *p)
{
	assert_int_equal(p->instances_min, 1);
	assert_int_equal(p->instances_max, 1);
	assert_true(p->memory_max == UINT64_MAX);
	assert_true(p->tasks_max == UINT32_MAX);
	assert_int_equal(p->nofile, 1000);
	assert_int_equal(p->n_limits, 2);
	assert_int_equal(limit(p, RLIMIT_CORE).rlim_max, 0);
	assert_int_equal(limit(p, RLIMIT_NOFILE).rlim_cur, 1000);
	assert_null(p->environment[0]);
	assert_null(p->user);
	assert_null(p->processors);
	assert_int_equal(p->timeout_start_usec, 10000000);
	assert_int_equal(p->timeout_stop_usec, 5000000);
	assert_int_equal(p->runtime_max_usec, 0);
	assert_int_equal(p->restart_usec, 100000);
	assert_int_equal(p->restart, PSD_RESTART_ALWAYS);
	assert_int_equal(p->start_limit_burst, 5);
	assert_int_equal(p->start_limit_usec, 10000000);
	assert_int_equal(p->require, 0);
	assert_false(p->log_stderr);
	assert_int_equal(p->on_violation, PSD_VIOLATION_KILL);
	assert_int_equal(p->log_verdicts, PSD_VERDICTS_REFUSED);
	assert_false(p->reports_opens);
	assert_int_equal(p->request_rate, 0);
	assert_int_equal(p->request_timeout_usec, 30000000);
	assert_int_equal(p->view.n, 0);
	assert_int_equal(p->n_grants, 0);
	assert_int_equal(p->n_listens, 0);
}

static void
what_is_not_said_has_a_safe_default(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy, "[Helper]\nExecStart=/bin/true\n");
	check_defaults(policy.policy);
	assert_string_equal(policy.policy->name, "www");
	assert_non_null(strstr(policy.policy->file, "/www.policy"));
	assert_string_equal(policy.policy->exec_path, "/bin/true");
	assert_string_equal(policy.policy->argv[0], "/bin/true");
	assert_null(policy.policy->argv[1]);
	test_policy_free(&policy);
}

/* Every key with a value that is not its default. */
#define ALL_KEYS \
	"[Helper]\n" \
	"ExecStart=/bin/echo a \"b c\" 'd' \\x41\n" \
	"Type=native\n" \
	"ListenStream=127.0.0.1:80\n" \
	"ListenStream=/run/x y.sock\n" \
	"Instances=2..64\n" \
	"MemoryMax=64M\n" \
	"TasksMax=3\n" \
	"LimitNOFILE=32:64\n" \
	"LimitNPROC=5\n" \
	"LimitCPU=1500ms\n" \
	"LimitFSIZE=1K\n" \
	"LimitAS=1G:infinity\n" \
	"LimitDATA=2G\n" \
	"LimitSTACK=8M\n" \
	"LimitMEMLOCK=0\n" \
	"CPUAffinity=0 2-3,5\n" \
	"CPUAffinity=7, 9\n" \
	"Environment=A=1 \"B=two words\"\n" \
	"Environment=A=3 C=\n" \
	"User=daemon\n" \
	"DynamicUser=no\n" \
	"TimeoutStartSec=1min\n" \
	"TimeoutStopSec=0\n" \
	"RuntimeMaxSec=1h\n" \
	"Restart=on-failure\n" \
	"RestartSec=1s\n" \
	"StartLimitBurst=7\n" \
	"StartLimitIntervalSec=1min\n" \
	"Require=landlock one-exec\n" \
	"Require=cgroup\n" \
	"StandardError=log\n" \
	"[Policy]\n" \
	"SystemCallFilter=@helper read\n" \
	"SystemCallFilter=write\n" \
	"OnViolation=errno\n" \
	"LogVerdicts=all\n" \
	"ReportOpens=yes\n" \
	"RequestRate=600/min\n" \
	"RequestTimeoutSec=5s\n" \
	"AllowAccept=yes\n"

static void
check_limits(const struct psd_policy *p)
{
	assert_int_equal(p->nofile, 64);
	assert_int_equal(p->n_limits, 9);
	assert_int_equal(limit(p, RLIMIT_NOFILE).rlim_cur, 32);
	assert_int_equal(limit(p, RLIMIT_NOFILE).rlim_max, 64);
	assert_int_equal(limit(p, RLIMIT_NPROC).rlim_max, 5);
	assert_int_equal(limit(p, RLIMIT_CPU).rlim_max, 2);
	assert_int_equal(limit(p, RLIMIT_FSIZE).rlim_max, 1024);
	assert_int_equal(limit(p, RLIMIT_AS).rlim_cur, 1 << 30);
	assert_true(limit(p, RLIMIT_AS).rlim_max == RLIM_INFINITY);
	assert_int_equal(limit(p, RLIMIT_MEMLOCK).rlim_max, 0);
	assert_int_equal(limit(p, RLIMIT_CORE).rlim_max, 0);
}

static void
check_lists(const struct psd_policy *p)
{
	static const char *const argv[] = { "/bin/echo", "a", "b c", "d", "A" };
	static const char *const environment[] = { "A=3", "B=two words", "C=" };

	for (size_t i = 0; i < PSD_ELEMENTS(argv); i++)
		assert_string_equal(p->argv[i], argv[i]);
	assert_null(p->argv[PSD_ELEMENTS(argv)]);
	for (size_t i = 0; i < PSD_ELEMENTS(environment); i++)
		assert_string_equal(p->environment[i], environment[i]);
	assert_null(p->environment[PSD_ELEMENTS(environment)]);
	assert_int_equal(p->n_listens, 2);
	assert_string_equal(p->listens[0].text, "127.0.0.1:80");
	assert_string_equal(p->listens[1].text, "/run/x y.sock");
	assert_false(p->listens[0].is_dual);
	assert_false(p->listens[1].is_dual);
	assert_int_equal(p->listens[1].where.line, 5);
	assert_int_equal(p->calls.n, 3);
	assert_string_equal(p->calls.at[0].text, "@helper");
	assert_string_equal(p->calls.at[2].text, "write");
	assert_int_equal(p->require,
	    PSD_LAYER_LANDLOCK | PSD_LAYER_ONE_EXEC | PSD_LAYER_CGROUP);
}

static void
every_key_sets_its_field(void **state)
{
	const struct passwd *daemon = getpwnam("daemon");
	struct test_policy policy;
	const struct psd_policy *p;

	(void)state;
	assert_non_null(daemon);
	load(&policy, ALL_KEYS);
	p = policy.policy;
	check_limits(p);
	check_lists(p);
	assert_int_equal(p->instances_min, 2);
	assert_int_equal(p->instances_max, 64);
	assert_int_equal(p->memory_max, 64 << 20);
	assert_int_equal(p->tasks_max, 3);
	assert_true(p->memory_where.line > 1 && p->tasks_where.line > 1);
	assert_int_not_equal(p->memory_where.line, p->tasks_where.line);
	assert_string_equal(p->user, "daemon");
	assert_int_equal(p->uid, daemon->pw_uid);
	assert_int_equal(p->gid, daemon->pw_gid);
	assert_int_equal(p->timeout_start_usec, 60000000);
	assert_int_equal(p->timeout_stop_usec, 0);
	assert_int_equal(p->runtime_max_usec, 3600000000);
	assert_int_equal(p->restart, PSD_RESTART_ON_FAILURE);
	assert_int_equal(p->restart_usec, 1000000);
	assert_int_equal(p->start_limit_burst, 7);
	assert_int_equal(p->start_limit_usec, 60000000);
	assert_true(p->log_stderr);
	assert_int_equal(p->on_violation, PSD_VIOLATION_ERRNO);
	assert_int_equal(p->log_verdicts, PSD_VERDICTS_ALL);
	assert_true(p->reports_opens);
	assert_int_equal(p->request_rate, 10);
	assert_int_equal(p->request_timeout_usec, 5000000);
	assert_int_equal(p->exec_where.line, 2);
	test_policy_free(&policy);
}

static void
empty_value_brings_every_default_back(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy,
	    ALL_KEYS
	    "[Helper]\nExecStart=\nType=\nListenStream=\nInstances=\n"
	    "MemoryMax=\nTasksMax=\nLimitNOFILE=\nLimitNPROC=\nLimitCPU=\n"
	    "LimitFSIZE=\nLimitAS=\nLimitDATA=\nLimitSTACK=\nLimitMEMLOCK=\n"
	    "CPUAffinity=\nEnvironment=\nUser=\nDynamicUser=\nTimeoutStartSec=\n"
	    "TimeoutStopSec=\nRuntimeMaxSec=\nRestart=\nRestartSec=\n"
	    "StartLimitBurst=\nStartLimitIntervalSec=\nRequire=\n"
	    "StandardError=\nExecStart=/bin/true\n"
	    "[Policy]\nSystemCallFilter=\nOnViolation=\nLogVerdicts=\n"
	    "ReportOpens=\n"
	    "RequestRate=\nRequestTimeoutSec=\nAllowAccept=\n");
	check_defaults(policy.policy);
	assert_int_equal(policy.policy->calls.n, 0);
	assert_string_equal(policy.policy->argv[0], "/bin/true");
	assert_null(policy.policy->argv[1]);
	test_policy_free(&policy);
}

static void
last_line_of_a_single_value_counts(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy,
	    "[Helper]\nExecStart=/bin/false a\nExecStart=/bin/true\n"
	    "MemoryMax=1M\n[Policy]\nSystemCallFilter=@helper\n"
	    "[Helper]\nListenStream=80\nListenStream=[::1]:80\n"
	    "MemoryMax=2M\nUser=4711\nTimeoutStopSec=infinity\n");
	assert_string_equal(policy.policy->exec_path, "/bin/true");
	assert_null(policy.policy->argv[1]);
	assert_int_equal(policy.policy->memory_max, 2 << 20);
	assert_int_equal(policy.policy->uid, 4711);
	assert_int_equal(policy.policy->gid, 4711);
	assert_int_equal(policy.policy->timeout_stop_usec, 0);
	/* A port alone means both protocols, an address only its own. */
	assert_int_equal(policy.policy->listens[0].is_dual,
	    policy.policy->listens[0].address.ss_family == AF_INET6);
	assert_false(policy.policy->listens[1].is_dual);
	test_policy_free(&policy);
}

static void
errors_are_all_told_at_once(void **state)
{
	struct test_policy policy;

	(void)state;
	test_policy_load(&policy,
	    "[Helper]\nMemoryMax=x\nInstances=0\n[Policy]\nAllowOpen=x\n", 0);
	assert_null(policy.policy);
	assert_int_equal(policy.diag.errors, 4);
	assert_non_null(strstr(policy.diag.text, "www.policy:2: MemoryMax="));
	assert_non_null(strstr(policy.diag.text, "www.policy:3: Instances="));
	assert_non_null(strstr(policy.diag.text, "www.policy:5: AllowOpen="));
	assert_non_null(
	    strstr(policy.diag.text, "www.policy: there is no ExecStart="));
	test_policy_free(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_said_has_a_safe_default),
		cmocka_unit_test(every_key_sets_its_field),
		cmocka_unit_test(empty_value_brings_every_default_back),
		cmocka_unit_test(last_line_of_a_single_value_counts),
		cmocka_unit_test(errors_are_all_told_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
