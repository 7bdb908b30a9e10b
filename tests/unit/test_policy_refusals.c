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

/* A name of so many bytes. */
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void
word_that_is_wrong_is_told_why(void **state)
{
	static const struct refusal refusals[] = {
		{ "AllowStat=a", "a path must be absolute, beginning with /" },
		{ "AllowStat=/a//b",
		    "a path must not have empty components, \".\" or \"..\"" },
		{ "AllowStat=/a/",
		    "a path must not end with /; a directory and all" },
		{ "AllowOpen=exclusive /a",
		    "leave exclusive out, create covers it" },
		{ "AllowChangeMode=0648 /a",
		    "a mode is 0 and three octal digits" },
		{ "AllowSetClock=yes max=0x",
		    "a span of time must follow max=, such as 500ms or 10s" },
		{ "AllowResolve=" HUNDRED HUNDRED HUNDRED,
		    "a name has 1 to 253 bytes and no slash" },
		{ "AllowResolve=a_b!.org",
		    "labels have letters, digits, - and _, and * or ? as "
		    "wildcards" },
		{ "AllowConnectName=tcp a.org",
		    "a port must follow the name, as in www.example.org:443" },
		{ "AllowConnectName=tcp " HUNDRED HUNDRED HUNDRED ":1",
		    "a name has 1 to 253 bytes and no slash" },
		{ "AllowGetUser=a,,b", "a name is missing" },
		{ "AllowGetUser=a!",
		    "names have letters, digits and _ - . : @ + $ ~ only" },
		{ "AllowGetUser=a fields=members",
		    "a user has the fields name, uid, gid, comment, home and "
		    "shell" },
		{ "AllowGetGroup=a fields=uid",
		    "a group has the fields name, gid and members" },
		{ "AllowAccept=yes phase=A",
		    "a phase has 1 to 32 small letters, digits, - and _" },
		{ "AllowConnect=tcp [fe80::]/129:1",
		    "a prefix of IPv6 has 0 to 128 bits" },
		{ "AllowConnect=tcp 10.0.0.0/33:1",
		    "a prefix of IPv4 has 0 to 32 bits" },
		{ "AllowConnect=tcp 10.0.0.1/8:1",
		    "the address has bits behind its prefix; write zeros" },
		{ "AllowReadSysctl=fs.binfmt_misc.status",
		    "fs.binfmt_misc is no setting" },
	};

	(void)state;
	refuse(refusals, PSD_ELEMENTS(refusals));
}

static void
more_than_there_may_be_is_refused(void **state)
{
	static char path[2048] = "AllowStat=", modes[2048] = "AllowChangeMode=";
	const struct refusal refusals[] = {
		{ path, "a path must have at most 255 components and 12285" },
		{ modes, "these are too many; write another line" },
	};
	size_t len = strlen(path);

	(void)state;
	for (int i = 0; i < 256; i++)
		len += (size_t)snprintf(path + len, sizeof(path) - len, "/a");
	len = strlen(modes);
	for (int i = 0; i < 80; i++)
		len += (size_t)snprintf(modes + len, sizeof(modes) - len,
		    "%s0%o", i == 0 ? "" : ",", i + 0100);
	(void)snprintf(modes + len, sizeof(modes) - len, " /a");
	refuse(refusals, PSD_ELEMENTS(refusals));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_of_each_operation_is_told_what_it_takes),
		cmocka_unit_test(word_that_may_not_follow_is_told_which_may),
		cmocka_unit_test(word_that_is_wrong_is_told_why),
		cmocka_unit_test(more_than_there_may_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
