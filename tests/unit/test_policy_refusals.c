/* SPDX-License-Identifier: ISC */
/* What a line is told that grants nothing: its file and number, and how. */
#include "common/mem.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct refusal {
	const char *line, *told;
};

static unsigned
lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
refuse(const struct refusal *refusals, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *line = refusals[i].line;
		char text[2048], where[32];
		struct test_policy policy;

		(void)snprintf(text, sizeof(text), TEST_POLICY_HEAD "%s\n",
		    line);
		(void)snprintf(where, sizeof(where),
		    ":%u: %.*s= ", lines_of(TEST_POLICY_HEAD) + 1,
		    (int)strcspn(line, "="), line);
		test_policy_load(&policy, text, 0);
		if (policy.policy != NULL)
			fail_msg("%s is loaded", line);
		if (strstr(policy.diag.text, where) == NULL ||
		    strstr(policy.diag.text, refusals[i].told) == NULL)
			fail_msg("%s: %s", line, policy.diag.text);
		test_policy_free(&policy);
	}
}

static void
line_of_each_operation_is_told_what_it_takes(void **state)
{
	static const struct refusal refusals[] = {
		{ "AllowOpen=eat /a",
		    "takes what may be done and an absolute path, as in "
		    "\"read /srv/www/**\"; \"eat\":" },
		{ "AllowOpen=read",
		    "takes what may be done and an absolute path" },
		{ "AllowChangeMode=9 /a",
		    "takes modes and an absolute path, as in \"0640,0600 " },
		{ "AllowChangeMode=/640 /a", "takes modes and" },
		{ "AllowChangeOwner=1:2:3 /a",
		    "takes owners and an absolute path, as in "
		    "\"alice:www-data " },
		{ "AllowChangeOwner=1: /a", "takes owners and" },
		{ "AllowStat=a",
		    "takes an absolute path, as in /srv/www/**; \"a\":" },
		{ "AllowJoinMulticast=lo x",
		    "takes interfaces and a group with ports, as in \"eth0 " },
		{ "AllowListen=tcp x",
		    "takes a protocol and an address with ports, as in "
		    "\"tcp 192.0.2.0/24:443\"" },
		{ "AllowIcmpSocket=x",
		    "takes an address with ports, as in 0.0.0.0:5353" },
		{ "AllowReadSysctl=..",
		    "takes a setting, as in net.ipv4.ip_forward or" },
		{ "AllowReadSysctl=a/**b", "takes a setting, as in" },
		{ "AllowConnectName=tcp x",
		    "takes tcp, a host's name and ports, as in \"tcp "
		    "*.example.org:443\"" },
		{ "AllowResolve=192.0.2.1",
		    "takes a host's name, as in www.example.org or" },
		{ "AllowGetUser=,",
		    "takes names joined by commas, as in alice,www-*" },
		{ "AllowLog=loud",
		    "takes a level from emerg to debug; \"loud\":" },
		{ "AllowAccept=no",
		    "takes yes; \"no\": to refuse it, leave the line out" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

static void
word_that_may_not_follow_is_told_which_may(void **state)
{
	static const struct refusal refusals[] = {
		{ "AllowStat=/a max=1h",
		    "only the words once, phase=NAME, follow, xdev, links=1 "
		    "and owner=USER may follow" },
		{ "AllowStat=/a fields=uid", "follow, xdev, links=1" },
		{ "AllowStat=/a to=10.0.0.0/8", "follow, xdev, links=1" },
		{ "AllowStat=/a family=ipv4", "follow, xdev, links=1" },
		{ "AllowConnectName=tcp a.org:1 max=1h",
		    "phase=NAME and to=ADDRESS/BITS may follow" },
		{ "AllowGetUser=a max=1h",
		    "phase=NAME and fields=NAME,... may follow" },
		{ "AllowResolve=a.org max=1h",
		    "phase=NAME and family=ipv4 or family=ipv6 may follow" },
		{ "AllowSetClock=yes fields=uid",
		    "phase=NAME and max=SPAN may follow" },
		{ "AllowAccept=yes max=1h",
		    "only the words once and phase=NAME may follow" },
		{ "AllowAccept=yes xdev",
		    "this word belongs to a path, and here is none" },
		{ "AllowStat=/a once once", "this word stands here twice" },
		{ "AllowResolve=a.org family=any",
		    "ipv4 or ipv6 must follow family=" },
		{ "AllowResolve=a.org family=ipv5",
		    "ipv4 or ipv6 must follow family=" },
		{ "DenyStat=/a once", "nothing may follow in a Deny line" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_of_each_operation_is_told_what_it_takes),
		cmocka_unit_test(word_that_may_not_follow_is_told_which_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
