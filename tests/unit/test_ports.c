/* SPDX-License-Identifier: ISC */
/* AllowConnect= and AllowBind= of a program that makes its sockets itself. */
#include "common/codec.h"
#include "common/mem.h"
#include "policy/explain.h"
#include "policy/filter.h"
#include "policy/ports.h"
#include "tests/support/plan_rig.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
load(struct test_policy *ret, const char *type, const char *lines)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\nType=%s\n[Policy]\n"
	    "SystemCallFilter=@helper\n%s\n",
	    type, lines);
	test_policy_load(ret, text, 0);
}

static void
what_landlock_could_not_keep_is_an_error(void **state)
{
	static const struct {
		const char *type, *line, *says;
	} cases[] = {
		{ "filter", "DenyConnect=tcp *:25", "cannot have holes" },
		{ "filter", "AllowConnect=udp *:53", "bounds tcp alone" },
		{ "program", "AllowConnect=tcp,udp *:53", "bounds tcp alone" },
		{ "filter", "AllowBind=udp *:53", "bounds tcp alone" },
		{ "filter", "AllowConnect=tcp *:*", "name the ports" },
		{ "filter", "AllowConnect=tcp *:1-2000", "name the ports" },
		{ "filter", "AllowConnect=tcp *:1 once", "nothing may follow" },
		{ "filter", "AllowListen=tcp 0.0.0.0:80", "no conversation" },
		{ "native", "AllowBind=tcp *:80", "there is here is udp" },
		{ "native", "AllowBind=tcp,udp *:80", "there is here is udp" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct test_policy policy;

		load(&policy, cases[i].type, cases[i].line);
		assert_null(policy.policy);
		assert_int_equal(policy.diag.errors, 1);
		if (strstr(policy.diag.text, cases[i].says) == NULL)
			fail_msg("%s", policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
an_address_that_nobody_compares_is_told(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy, "filter",
	    "AllowConnect=tcp *:80,8000-8099\nAllowBind=tcp *:9");
	assert_non_null(policy.policy);
	assert_int_equal(policy.diag.warnings, 0);
	test_policy_free(&policy);
	load(&policy, "filter", "AllowConnect=tcp 127.0.0.1:80");
	assert_non_null(policy.policy);
	assert_int_equal(policy.diag.warnings, 1);
	assert_non_null(strstr(policy.diag.text, "and no addresses"));
	test_policy_free(&policy);
}

struct counts {
	unsigned tcp, bind, io;
};

static void
count(void *cookie, const char *call, const char *rule, const char *group)
{
	struct counts *counts = cookie;

	(void)call;
	(void)rule;
	counts->tcp += strcmp(group, "AllowConnect=") == 0;
	counts->bind += strcmp(group, "AllowBind=") == 0;
	counts->io += strcmp(group, "@network-io") == 0;
}

static void
the_filter_has_what_the_lines_need(void **state)
{
	static const struct {
		const char *type, *line;
		bool tcp, bind;
	} cases[] = {
		{ "filter", "", false, false },
		{ "filter", "AllowConnect=tcp *:80", true, false },
		{ "program", "AllowBind=tcp *:80", true, true },
		{ "native", "AllowConnect=tcp *:80\nAllowBind=udp *:80", false,
		    false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct counts counts = { 0 };
		struct test_policy policy;

		load(&policy, cases[i].type, cases[i].line);
		assert_non_null(policy.policy);
		assert_int_equal(psd_filter_list(policy.policy, count, &counts),
		    0);
		assert_int_equal(counts.tcp > 0, cases[i].tcp);
		assert_int_equal(counts.io > 0, cases[i].tcp);
		assert_int_equal(counts.bind > 0, cases[i].bind);
		assert_int_equal(psd_ports_first(policy.policy) != NULL,
		    cases[i].tcp);
		test_policy_free(&policy);
	}
}

static void
explain_answers_as_landlock_does(void **state)
{
	static const struct {
		const char *operation, *protocol, *endpoint, *says;
		enum psd_answer answer;
	} cases[] = {
		{ "connect", "tcp", "192.0.2.1:80",
		    "compares the port and not the address",
		    PSD_ANSWER_ALLOWED },
		{ "connect", "tcp", "127.0.0.1:81",
		    "to allow: AllowConnect=tcp *:81", PSD_ANSWER_REFUSED },
		{ "connect", "udp", "127.0.0.1:80", "no conversation",
		    PSD_ANSWER_REFUSED },
		{ "bind", "tcp", "[::1]:80", "to allow: AllowBind=tcp *:80",
		    PSD_ANSWER_REFUSED },
		{ "bind", "tcp", "[::1]:82", "AllowBind=tcp *:82",
		    PSD_ANSWER_ALLOWED },
	};
	struct test_policy policy;

	(void)state;
	load(&policy, "filter",
	    "AllowConnect=tcp 127.0.0.1:80\nAllowBind=tcp *:82");
	assert_non_null(policy.policy);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char *const words[] = {
			(char *)(uintptr_t)cases[i].protocol,
			(char *)(uintptr_t)cases[i].endpoint,
		};
		const struct psd_str name = psd_str_of(cases[i].operation);
		unsigned char packed[512];
		char text[PSD_TEXT_MAX + 1];
		struct psd_bytes arguments;

		assert_int_equal(psd_explain_pack(words, 2, packed,
				     sizeof(packed), &arguments),
		    0);
		assert_int_equal(psd_explain(policy.policy, &name, &arguments,
				     "", text, sizeof(text)),
		    cases[i].answer);
		if (strstr(text, cases[i].says) == NULL)
			fail_msg("%s", text);
	}
	test_policy_free(&policy);
}

static void
refused_with(const char *lines)
{
	struct plan_rig rig;

	assert_true(
	    plan_rig_load(&rig, "tiny_remote", "\nType=program", lines) < 0);
	assert_non_null(strstr(rig.diag.text, "nothing else bounds"));
	plan_rig_free(&rig);
}

static void
it_is_refused_where_nothing_bounds_it(void **state)
{
	static const char lines[] =
	    "SystemCallFilter=@helper\nAllowConnect=tcp *:80";
	const struct psd_host host = plan_rig_host;

	(void)state;
	plan_rig_host.landlock_abi = 3;
	refused_with(lines);
	plan_rig_host = host;
	plan_rig_host.layers &= ~(uint32_t)PSD_LAYER_LANDLOCK;
	refused_with(lines);
	plan_rig_host = host;
	plan_rig_host.layers &= ~(uint32_t)PSD_LAYER_FILTER;
	refused_with(lines);
	plan_rig_host = host;
	refused_with("SystemCallFilter=@helper\nAllowBind=tcp *:80\n"
		     "OnViolation=log");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_landlock_could_not_keep_is_an_error),
		cmocka_unit_test(an_address_that_nobody_compares_is_told),
		cmocka_unit_test(the_filter_has_what_the_lines_need),
		cmocka_unit_test(explain_answers_as_landlock_does),
		cmocka_unit_test(it_is_refused_where_nothing_bounds_it),
	};
	const int skipped = plan_rig_prepare();

	int failed;

	if (skipped != 0)
		return skipped;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	psd_host_free(&plan_rig_host);
	return failed;
}
