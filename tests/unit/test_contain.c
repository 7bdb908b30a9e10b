/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/contain.h"
#include "tests/support/policy.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Does the first of two lines of one operation contain the second? */
static bool
contains(const char *wider, const char *narrower)
{
	struct test_policy policy;
	char lines[512];
	bool does = false;

	(void)snprintf(lines, sizeof(lines), "%s\n%s", wider, narrower);
	test_policy_lines(&policy, lines);
	for (size_t i = 0; i < psd_op_count; i++)
		if (policy.policy->grants[i].n == 2)
			does = psd_grant_contains(&psd_op_rows[i],
			    &policy.policy->grants[i].at[0],
			    &policy.policy->grants[i].at[1]);
	test_policy_free(&policy);
	return does;
}

static void
a_line_contains_what_says_less(void **state)
{
	static const struct {
		const char *wider, *narrower;
	} pairs[] = {
		{ "AllowOpen=read,write /srv/**", "AllowOpen=read /srv/a/*" },
		{ "AllowOpen=any /**", "AllowOpen=append,create /var/[a-c]?" },
		{ "AllowStat=/srv/**", "AllowStat=/srv/** once" },
		{ "AllowStat=/srv/** follow xdev", "AllowStat=/srv/**" },
		{ "AllowStat=/srv/**", "AllowStat=/srv/a links=1 owner=7" },
		{ "AllowStat=/a owner=7", "AllowStat=/a links=1 owner=7" },
		{ "AllowOpen=write /a", "AllowOpen=write /a owner=7" },
		{ "AllowOpen=create,write /a owner=7",
		    "AllowOpen=create,write /a once owner=7" },
		{ "AllowRename=/srv/**", "AllowRename=/srv/a/**" },
		{ "AllowLog=info", "AllowLog=err once" },
		{ "AllowListen=tcp 10.0.0.0/8:*",
		    "AllowListen=tcp 10.1.0.0/16:80" },
		{ "AllowListen=tcp *:1-99,443",
		    "AllowListen=tcp [2001:db8::]/32:80,443" },
		{ "AllowReadSysctl=net.**", "AllowReadSysctl=net/ipv4/*" },
		{ "AllowSetClock=yes", "AllowSetClock=yes max=1h" },
		{ "AllowSetClock=yes max=1h",
		    "AllowSetClock=yes max=59min once" },
		{ "AllowResolve=**.example.org", "AllowResolve=*.example.org" },
		{ "AllowResolve=a.org", "AllowResolve=a.org family=ipv4" },
		{ "AllowResolve=**.org family=ipv4",
		    "AllowResolve=a.org family=ipv4" },
		{ "AllowConnectName=tcp **:80-99 to=10.0.0.0/8",
		    "AllowConnectName=tcp a.org:80 to=10.1.0.0/16" },
		{ "AllowGetUser=a*,b", "AllowGetUser=al*" },
		{ "AllowGetUser=a* fields=uid,home",
		    "AllowGetUser=a* fields=home" },
		{ "AllowChangeMode=0640,0600 /a/**",
		    "AllowChangeMode=0600 /a/*" },
		{ "AllowChangeOwner=7:8,:8 /a", "AllowChangeOwner=:8 /a" },
		{ "AllowAccept=yes", "AllowAccept=yes" },
		{ "AllowAccept=yes", "AllowAccept=yes once" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(pairs); i++)
		if (!contains(pairs[i].wider, pairs[i].narrower))
			fail_msg("%s does not contain %s", pairs[i].wider,
			    pairs[i].narrower);
}

static void
a_line_does_not_contain_what_says_more(void **state)
{
	static const struct {
		const char *wider, *narrower;
	} pairs[] = {
		{ "AllowOpen=read /srv/**", "AllowOpen=read,write /srv/**" },
		{ "AllowOpen=write /srv/**", "AllowOpen=append /srv/**" },
		{ "AllowOpen=read /srv/*", "AllowOpen=read /srv/**" },
		{ "AllowOpen=read /srv/**", "AllowOpen=read /srvx" },
		{ "AllowStat=/a once", "AllowStat=/a" },
		{ "AllowStat=/a/**", "AllowStat=/a/** follow" },
		{ "AllowStat=/a/** follow", "AllowStat=/a/** xdev" },
		{ "AllowStat=/a links=1", "AllowStat=/a" },
		{ "AllowStat=/a owner=7", "AllowStat=/a" },
		{ "AllowStat=/a owner=7", "AllowStat=/a owner=8" },
		/* What is made would belong to whom the narrower one names. */
		{ "AllowOpen=create,write /a",
		    "AllowOpen=create,write /a owner=7" },
		{ "AllowMkdir=/a/**", "AllowMkdir=/a/** owner=7" },
		{ "AllowTemporaryFile=/a/**",
		    "AllowTemporaryFile=/a/** owner=7" },
		{ "AllowLog=info", "AllowLog=debug" },
		{ "AllowListen=tcp 10.0.0.0/8:80",
		    "AllowListen=tcp 10.0.0.0/7:80" },
		{ "AllowListen=tcp 10.0.0.0/8:80",
		    "AllowListen=tcp 10.0.0.0/8:*" },
		{ "AllowListen=tcp *:80", "AllowListen=tcp 127.0.0.1:80" },
		{ "AllowListen=tcp *:80", "AllowListen=tcp *:80,81" },
		{ "AllowReadSysctl=net.*", "AllowReadSysctl=net.**" },
		{ "AllowSetClock=yes max=1h", "AllowSetClock=yes" },
		{ "AllowResolve=*.example.org", "AllowResolve=**.example.org" },
		{ "AllowResolve=a.org family=ipv4", "AllowResolve=a.org" },
		{ "AllowResolve=a.org family=ipv4",
		    "AllowResolve=a.org family=ipv6" },
		{ "AllowConnectName=tcp a.org:80 to=10.0.0.0/8",
		    "AllowConnectName=tcp a.org:80" },
		{ "AllowConnectName=tcp a.org:80 to=10.0.0.0/8",
		    "AllowConnectName=tcp a.org:80 to=127.0.0.1" },
		{ "AllowGetUser=al*", "AllowGetUser=a*" },
		{ "AllowGetUser=a* fields=uid", "AllowGetUser=a* fields=home" },
		{ "AllowGetUser=a* fields=uid", "AllowGetUser=a*" },
		{ "AllowChangeMode=0640 /a", "AllowChangeMode=0644 /a" },
		{ "AllowChangeOwner=7:8 /a", "AllowChangeOwner=7 /a" },
		{ "AllowSetClock=yes max=1h", "AllowSetClock=yes max=61min" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(pairs); i++)
		if (contains(pairs[i].wider, pairs[i].narrower))
			fail_msg("%s contains %s", pairs[i].wider,
			    pairs[i].narrower);
}

/* Whatever a contained line allows, the other one allows too. */
static void
nothing_is_allowed_by_a_contained_line_alone(void **state)
{
	static const char *const globs[] = { "/**", "/*", "/a", "/a/**", "/a/*",
		"/a/?", "/a/b", "/**/b", "/a/**/b", "/*/b", "/a/[a-c]",
		"/a/[!b]", "/a/b*", "/a/*b", "/a/*b*", "/a/[[]", "/a/[]b]",
		"/" };
	static const char *const paths[] = { "/", "/a", "/b", "/a/b", "/a/c",
		"/a/bb", "/a/ab", "/a/abc", "/a/b/b", "/a/b/c", "/a/[", "/a/]",
		"/a/*", "/a/?", "/b/b", "/ab" };
	char lines[4096] = "";
	struct test_policy policy;
	const struct psd_op_row *row = psd_op_find(PSD_OP_stat);
	const struct psd_grants *grants;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(globs); i++)
		(void)snprintf(lines + strlen(lines),
		    sizeof(lines) - strlen(lines), "AllowStat=%s\n", globs[i]);
	test_policy_lines(&policy, lines);
	grants = &policy.policy->grants[row - psd_op_rows];
	assert_int_equal(grants->n, PSD_ELEMENTS(globs));
	for (size_t i = 0; i < grants->n; i++)
		for (size_t k = 0; k < grants->n; k++) {
			const struct psd_grant *wider = &grants->at[i];
			const struct psd_grant *narrower = &grants->at[k];

			if (!psd_grant_contains(row, wider, narrower))
				continue;
			for (size_t p = 0; p < PSD_ELEMENTS(paths); p++)
				if (psd_policy_covers(policy.policy, narrower,
					row, 0, paths[p]) &&
				    !psd_policy_covers(policy.policy, wider,
					row, 0, paths[p]))
					fail_msg("%s in %s: %s", narrower->glob,
					    wider->glob, paths[p]);
		}
	test_policy_free(&policy);
}

static void
a_word_that_nobody_knows_is_contained_in_nothing(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_accept);
	const struct psd_grant known = { .modifiers = 0 };
	const struct psd_grant unknown = { .modifiers = UINT32_C(1) << 31 };

	(void)state;
	assert_true(psd_grant_contains(row, &known, &known));
	assert_false(psd_grant_contains(row, &known, &unknown));
	assert_false(psd_grant_contains(row, &unknown, &known));
	assert_false(psd_grant_contains(row, &unknown, &unknown));
}

/*
 * A line without xdev ends where its mount does: what it covers in words may
 * lie in another one.
 */
static void
a_line_gets_as_far_as_its_mount(void **state)
{
	static char all[] = "/**", other[] = "/proc/**", away[] = "/usr/**";
	struct psd_grant wider = { .glob = all, .dir_len = 1, .dir_fd = -1 };
	struct psd_grant narrower = { .glob = other,
		.dir_len = 6,
		.dir_fd = -1 };
	const struct psd_grant of_no_path = { .dir_fd = -1 };
	const int root = open("/usr", O_PATH | O_CLOEXEC),
		  proc = open("/proc", O_PATH | O_CLOEXEC);

	(void)state;
	assert_true(root >= 0 && proc >= 0);
	assert_true(psd_grant_gets_as_far(&of_no_path, &narrower));
	assert_true(psd_grant_gets_as_far(&wider, &wider));
	assert_false(psd_grant_gets_as_far(&narrower, &wider));
	/* That cannot be told without both directories. */
	assert_false(psd_grant_gets_as_far(&wider, &narrower));
	wider.dir_fd = root;
	assert_false(psd_grant_gets_as_far(&wider, &narrower));
	narrower.dir_fd = 1 << 20;
	assert_false(psd_grant_gets_as_far(&wider, &narrower));
	narrower.dir_fd = proc;
	assert_false(psd_grant_gets_as_far(&wider, &narrower));
	wider.dir_fd = 1 << 20;
	assert_false(psd_grant_gets_as_far(&wider, &narrower));
	wider.dir_fd = root;
	narrower.glob = away;
	narrower.dir_fd = root;
	assert_true(psd_grant_gets_as_far(&wider, &narrower));
	narrower.glob = other;
	narrower.dir_fd = proc;
	wider.modifiers = PSD_MODIFIER_XDEV;
	assert_true(psd_grant_gets_as_far(&wider, &narrower));
	(void)close(root);
	(void)close(proc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_contains_what_says_less),
		cmocka_unit_test(a_line_does_not_contain_what_says_more),
		cmocka_unit_test(nothing_is_allowed_by_a_contained_line_alone),
		cmocka_unit_test(
		    a_word_that_nobody_knows_is_contained_in_nothing),
		cmocka_unit_test(a_line_gets_as_far_as_its_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
