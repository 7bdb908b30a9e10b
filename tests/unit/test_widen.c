/* SPDX-License-Identifier: ISC */
#include "policy/load.h"
#include "policy/widen.h"
#include "tests/unit/dir_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char report[65536];

/* Lines of [Helper], "|", and lines of [Policy]; ";" ends a line. */
static struct psd_policy *
load(const char *lines)
{
	const int n = (int)strcspn(lines, "|");
	struct psd_policy *policy;
	struct psd_diag diag;
	char whole[8192];
	char path[4096];

	snprintf(whole, sizeof(whole),
	    "[Helper]\nExecStart=/bin/true\n%.*s\n[Policy]\n"
	    "SystemCallFilter=@helper\n%s\n",
	    n, lines, lines + n + 1);
	for (char *c = whole; *c != '\0'; c++)
		if (*c == ';')
			*c = '\n';
	assert_int_equal(test_dir_write(dir, "www.policy", whole), 0);
	snprintf(path, sizeof(path), "%s/www.policy", dir);
	psd_diag_init(&diag);
	policy = psd_policy_load_file(path, PSD_LOAD_TRUST, &diag);
	if (policy == NULL)
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	return policy;
}

static void
add_line(void *cookie, char sign, const char *text)
{
	const size_t len = strlen(report);

	(void)cookie;
	snprintf(report + len, sizeof(report) - len, "%c %s\n", sign, text);
}

static void
compare(const struct psd_policy *older, const struct psd_policy *newer)
{
	report[0] = '\0';
	psd_policy_compare(older, newer, add_line, NULL);
}

static void
assert_line(const char *beginning)
{
	char wanted[1024];

	snprintf(wanted, sizeof(wanted), "\n%s", beginning);
	if (strncmp(report, beginning, strlen(beginning)) != 0 &&
	    strstr(report, wanted) == NULL)
		fail_msg("no line \"%s\" in:\n%s", beginning, report);
}

static size_t
count_lines(void)
{
	size_t n = 0;

	for (const char *c = report; *c != '\0'; c++)
		n += *c == '\n';
	return n;
}

static const struct {
	const char *older;
	const char *newer;
	const char *forth; /* the line from older to newer */
	const char *back;
} differences[] = {
	{ "|", "|AllowOpen=read /srv/**",
	    "+ www: AllowOpen=read /srv/** is new (",
	    "- www: AllowOpen=read /srv/** is gone (" },
	{ "|AllowOpen=read /**", "|AllowOpen=read /**;DenyOpen=any /a",
	    "- www: DenyOpen=any /a is new (",
	    "+ www: DenyOpen=any /a is gone (" },
	{ "|", "|AllowAccept=yes", "+ www: AllowAccept=yes is new (",
	    "- www: AllowAccept=yes is gone (" },
	{ "|AllowLog=err", "|AllowLog=debug", "+ www: AllowLog=debug is new (",
	    "- www: AllowLog=debug is gone (" },
	{ "|AllowListen=tcp 127.0.0.1:80", "|AllowListen=tcp *:80",
	    "+ www: AllowListen=tcp *:80 is new (",
	    "- www: AllowListen=tcp *:80 is gone (" },
	{ "|", "|SystemCallFilter=connect socket",
	    "+ www: SystemCallFilter= has besides: connect, socket\n",
	    "- www: SystemCallFilter= no longer has: connect, socket\n" },
	{ "|AllowExec=/bin/a", "|AllowExec=-/bin/a /bin/b",
	    "+ www: AllowExec= has besides: /bin/b\n",
	    "- www: AllowExec= no longer has: /bin/b\n" },
	{ "Type=filter|AllowOpen=read /srv/a/b;AllowOpen=read /srv/a/c",
	    "Type=filter|AllowOpen=read /srv/a/**",
	    "+ www: the file view has besides: read /srv/a/**\n",
	    "- www: the file view no longer has: read /srv/a/**\n" },
	{ "Type=filter|AllowOpen=read /srv/a",
	    "Type=filter|AllowOpen=read,write /srv/a",
	    "+ www: the file view has besides: read,write /srv/a\n",
	    "- www: the file view no longer has: read,write /srv/a\n" },
	{ "|", "|AllowExec=/bin/a", "+ www: AllowExec= has besides: /bin/a\n",
	    "- www: AllowExec= no longer has: /bin/a\n" },
	{ "MemoryMax=64M|", "MemoryMax=96M|",
	    "+ www: MemoryMax= was 64M, is 96M\n",
	    "- www: MemoryMax= was 96M, is 64M\n" },
	{ "MemoryMax=64M|", "|",
	    "+ www: MemoryMax= was 64M, is without limit\n",
	    "- www: MemoryMax= was without limit, is 64M\n" },
	{ "LimitNOFILE=64|", "LimitNOFILE=128|",
	    "+ www: LimitNOFILE= was 64, is 128\n",
	    "- www: LimitNOFILE= was 128, is 64\n" },
	{ "Instances=1|", "Instances=1..4|",
	    "+ www: Instances= was 1..1, is 1..4\n",
	    "- www: Instances= was 1..4, is 1..1\n" },
	{ "|RequestRate=10/s", "|RequestRate=20/s",
	    "+ www: RequestRate= was 10/s, is 20/s\n",
	    "- www: RequestRate= was 20/s, is 10/s\n" },
	{ "|RequestTimeoutSec=5s", "|RequestTimeoutSec=1500ms",
	    "- www: RequestTimeoutSec= was 5s, is 1.5s\n",
	    "+ www: RequestTimeoutSec= was 1.5s, is 5s\n" },
	{ "|OnViolation=kill", "|OnViolation=errno",
	    "+ www: OnViolation= was kill, is errno\n",
	    "- www: OnViolation= was errno, is kill\n" },
	{ "|", "Require=landlock cgroup|", "- www: Require= demands landlock\n",
	    "+ www: Require= no longer demands landlock\n" },
	{ "|", "User=daemon|", "+ www: User=daemon is new",
	    "- www: User=daemon is gone" },
	{ "ListenStream=127.0.0.1:80|",
	    "ListenStream=127.0.0.1:80;ListenStream=127.0.0.1:81|",
	    "+ www: ListenStream= has besides: 127.0.0.1:81\n",
	    "- www: ListenStream= no longer has: 127.0.0.1:81\n" },
	{ "|Phases=a b;AllowStat=/a phase=a",
	    "|Phases=a b;AllowStat=/a phase=b",
	    "+ www: AllowStat=/a phase=b is new (",
	    "- www: AllowStat=/a phase=b is gone (" },
	{ "|Phases=a b;AllowStat=/a phase=a",
	    "|Phases=b a;AllowStat=/a phase=a",
	    "~ www: Phases= was a b, is b a\n",
	    "~ www: Phases= was b a, is a b\n" },
	{ "Clients=user:7|", "Clients=user:7 group:8|",
	    "+ www: Clients= has besides: group:8\n",
	    "- www: Clients= no longer has: group:8\n" },
	{ "Provides=a|", "Provides=a b|", "+ www: Provides= has besides: b\n",
	    "- www: Provides= no longer has: b\n" },
	{ "|AllowCall=a", "|AllowCall=b", "+ www: AllowCall=b is new (",
	    "- www: AllowCall=b is gone (" },
	{ "|", "AcceptFileDescriptors=yes|",
	    "+ www: AcceptFileDescriptors= was no, is yes\n",
	    "- www: AcceptFileDescriptors= was yes, is no\n" },
	{ "|LogVerdicts=none", "|LogVerdicts=all",
	    "~ www: LogVerdicts= was none, is all\n",
	    "~ www: LogVerdicts= was all, is none\n" },
	{ "Environment=A=1|", "Environment=A=2|",
	    "~ www: Environment= has besides: A=2\n",
	    "~ www: Environment= has besides: A=1\n" },
};

static void
each_difference_is_told_with_its_sign(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]);
	     i++) {
		struct psd_policy *older = load(differences[i].older);
		struct psd_policy *newer = load(differences[i].newer);

		compare(older, newer);
		assert_line(differences[i].forth);
		compare(newer, older);
		assert_line(differences[i].back);
		psd_policy_free(older);
		psd_policy_free(newer);
	}
}

static void
same_meaning_is_no_difference(void **state)
{
	static const struct {
		const char *older;
		const char *newer;
	} cases[] = {
		{ "|", "|" },
		{ "|AllowOpen=read /a;AllowOpen=write /b",
		    "|AllowOpen=write /b;AllowOpen=read /a" },
		{ "|AllowOpen=read,write /a", "|AllowOpen=write,read   /a" },
		{ "|AllowOpen=read /a",
		    "|AllowOpen=read /a;AllowOpen=read /a" },
		{ "|SystemCallFilter=connect socket",
		    "|SystemCallFilter=socket;SystemCallFilter=connect" },
		{ "MemoryMax=64M|", "MemoryMax=65536K|" },
		{ "|", "X-Note=new|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct psd_policy *older = load(cases[i].older);
		struct psd_policy *newer = load(cases[i].newer);

		compare(older, newer);
		assert_string_equal(report, "");
		psd_policy_free(older);
		psd_policy_free(newer);
	}
}

/* A line within another one is new, but nobody may more for it. */
static void
narrower_line_is_no_more_than_there_was(void **state)
{
	static const struct {
		const char *older, *newer;
		const char *gone, *is_new;
	} cases[] = {
		{ "|AllowOpen=read /srv/**", "|AllowOpen=read /srv/** once",
		    "- www: AllowOpen=read /srv/** is gone (",
		    "~ www: AllowOpen=read /srv/** once is new (" },
		{ "|AllowListen=tcp *:80,443", "|AllowListen=tcp *:443",
		    "- www: AllowListen=tcp *:80,443 is gone (",
		    "~ www: AllowListen=tcp *:443 is new (" },
		/* One more line with once is one more request. */
		{ "|AllowStat=/a once", "|AllowStat=/a once links=1",
		    "- www: AllowStat=/a once is gone (",
		    "+ www: AllowStat=/a once links=1 is new (" },
		/* What is mounted there the older line does not reach. */
		{ "|AllowStat=/srv/**", "|AllowStat=/srv/mnt/**",
		    "- www: AllowStat=/srv/** is gone (",
		    "+ www: AllowStat=/srv/mnt/** is new (" },
		{ "|AllowStat=/srv/** xdev", "|AllowStat=/srv/mnt/**",
		    "- www: AllowStat=/srv/** xdev is gone (",
		    "~ www: AllowStat=/srv/mnt/** is new (" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct psd_policy *older = load(cases[i].older);
		struct psd_policy *newer = load(cases[i].newer);

		compare(older, newer);
		assert_line(cases[i].gone);
		assert_line(cases[i].is_new);
		assert_int_equal(count_lines(), 2);
		psd_policy_free(older);
		psd_policy_free(newer);
	}
}

static void
new_service_tells_all_that_it_may(void **state)
{
	struct psd_policy *newer =
	    load("ListenStream=127.0.0.1:80|AllowOpen=read /a;AllowLog=info;"
		 "DenyOpen=any /b");

	(void)state;
	compare(NULL, newer);
	assert_line("+ www: is a new service: /bin/true\n");
	assert_line("+ www: ListenStream=127.0.0.1:80\n");
	assert_line("+ www: SystemCallFilter= has besides: @helper\n");
	assert_line("+ www: AllowOpen=read /a is new (");
	assert_line("+ www: AllowLog=info is new (");
	assert_line("- www: DenyOpen=any /b is new (");
	psd_policy_free(newer);
}

static void
service_that_is_gone_is_one_line(void **state)
{
	struct psd_policy *older = load("|AllowOpen=read /a");

	(void)state;
	compare(older, NULL);
	assert_string_equal(report, "- www: is gone\n");
	compare(NULL, NULL);
	assert_string_equal(report, "");
	psd_policy_free(older);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_difference_is_told_with_its_sign),
		cmocka_unit_test(same_meaning_is_no_difference),
		cmocka_unit_test(narrower_line_is_no_more_than_there_was),
		cmocka_unit_test(new_service_tells_all_that_it_may),
		cmocka_unit_test(service_that_is_gone_is_one_line),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
