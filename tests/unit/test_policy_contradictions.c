/* SPDX-License-Identifier: ISC */
/* Whole policies that are refused, and what they are told. */
#include "common/mem.h"
#include "policy/may_exec.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NATIVE "[Helper]\nExecStart=/bin/true\n"
#define OF(type) "[Helper]\nType=" type "\nExecStart=/bin/true\n"
#define FILTERED "[Policy]\nSystemCallFilter=@filter\n"
#define CALLS "[Policy]\nSystemCallFilter=@helper\n"

struct refusal {
	const char *text, *told;
};

static void
refuse(const struct refusal *refusals, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct test_policy policy;

		test_policy_load(&policy, refusals[i].text, PSD_LOAD_HOLD);
		if (policy.policy != NULL)
			fail_msg("%s is loaded", refusals[i].text);
		if (strstr(policy.diag.text, refusals[i].told) == NULL)
			fail_msg("%s: %s", refusals[i].text, policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
keys_that_contradict_each_other_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		{ NATIVE "User=nobody\nDynamicUser=yes\n" CALLS,
		    ":3: User=nobody and DynamicUser=yes contradict each other" },
		{ "[Helper]\nInstances=1\n" CALLS,
		    "there is no ExecStart=; section [Helper] must say" },
		{ NATIVE "TemporaryFileSystem=/tmp:size=1M\n" CALLS,
		    ":3: TemporaryFileSystem= is for programs that open "
		    "files themselves" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

static void
what_stands_there_twice_is_told_with_its_first_line(void **state)
{
	static const struct refusal refusals[] = {
		{ NATIVE
		    "ListenStream=127.0.0.1:1\nListenStream=127.0.0.1:1\n" CALLS,
		    ":4: ListenStream=127.0.0.1:1 is there already, in line "
		    "3 of" },
		{ NATIVE "Provides=one\nProvides=two one\n" CALLS,
		    ":4: Provides=one is there already, in line 3 of" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

static void
name_that_is_not_there_is_refused(void **state)
{
	static const struct refusal refusals[] = {
		{ NATIVE "[Policy]\nSystemCallFilter=opennat\n",
		    "no system call is named \"opennat\"; the nearest is "
		    "\"openat\"" },
		{ NATIVE
		    "[Policy]\nSystemCallFilter=qqqqqqqqqqqqqqqqqqqqqqqq\n",
		    "; write a name as \"openat\", or a group as" },
		{ NATIVE "Clients=user:no-such-user\n" CALLS,
		    "there is no such user in /etc/passwd; a number will do as well" },
		{ NATIVE "Clients=group:no-such-group\n" CALLS,
		    "there is no such group in /etc/group" },
		{ NATIVE CALLS "AllowStat=/no/such/**\n",
		    "the directory /no/such does not exist; create it, or "
		    "write -/no/such/** when it may be missing" },
		{ NATIVE CALLS "AllowStat=/etc/passwd/x/**\n",
		    ":5: the directory /etc/passwd/x cannot be opened: Not a" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

static void
word_that_names_no_call_is_told_why(void **state)
{
	static const struct refusal refusals[] = {
		{ NATIVE "[Policy]\nSystemCallFilter=~read\n",
		    "SystemCallFilter=: \"~read\": it lists what is allowed" },
		{ NATIVE "[Policy]\nSystemCallFilter=17\n",
		    "\"17\": numbers differ between architectures" },
		{ NATIVE "[Policy]\nSystemCallFilter=-1\n",
		    "\"-1\": numbers differ between architectures" },
		{ NATIVE "[Policy]\nSystemCallFilter=read:EPERM\n",
		    "\"read:EPERM\": a call cannot be given an errno" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

static void
key_that_means_nothing_for_a_type_is_refused(void **state)
{
	static const struct refusal refusals[] = {
		{ OF("filter") "RestartSec=1min\n[Policy]\n"
			       "SystemCallFilter=@filter\n",
		    ":4: RestartSec= means nothing with Type=filter, which "
		    "privsepctl runs and which knows nothing of "
		    "conversations" },
		{ OF("filter") "StartLimitBurst=3\n[Policy]\n"
			       "SystemCallFilter=@filter\n",
		    ":4: StartLimitBurst= means nothing with Type=filter, which "
		    "privsepctl runs; leave it out" },
		{ OF("program") "Instances=1..3\n[Policy]\n"
				"SystemCallFilter=@filter\n",
		    "Instances=: of a program (Type=program) none waits" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

static void
line_that_is_for_helpers_is_refused_for_a_program(void **state)
{
	static const struct refusal refusals[] = {
		{ OF("filter") FILTERED "AllowOpen=read,write /srv/**\n",
		    "of a directory tree a program can be let \"read\" or "
		    "\"read,write,create\"" },
		{ OF("filter") FILTERED "AllowOpen=read /srv/a once\n",
		    "a program opens files itself; nothing may follow the "
		    "path" },
		{ OF("filter") FILTERED "AllowConnect=tcp *:80 once\n",
		    "a program makes its sockets itself; nothing may follow "
		    "the ports" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

static void
more_programs_than_there_may_be_are_refused(void **state)
{
	char text[16384];
	const struct refusal refusal = { text,
		"AllowExec= takes at most 64 programs" };
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text),
	    OF("filter") "[Policy]\nSystemCallFilter=@filter @processes\n");
	for (int i = 0; i <= PSD_MAY_EXEC_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "AllowExec=/bin/number%d\n", i);
	refuse(&refusal, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_that_contradict_each_other_are_refused),
		cmocka_unit_test(
		    what_stands_there_twice_is_told_with_its_first_line),
		cmocka_unit_test(name_that_is_not_there_is_refused),
		cmocka_unit_test(word_that_names_no_call_is_told_why),
		cmocka_unit_test(key_that_means_nothing_for_a_type_is_refused),
		cmocka_unit_test(
		    line_that_is_for_helpers_is_refused_for_a_program),
		cmocka_unit_test(more_programs_than_there_may_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
