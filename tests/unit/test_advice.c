/* SPDX-License-Identifier: ISC */
#include "tests/support/dir.h"
#include "tests/unit/advice_fixture.h"

#include <sys/stat.h>
#include <time.h>

static void
line_that_never_matches_is_told(void **state)
{
	static const struct advised cases[] = {
		{ "AllowOpen=read /a\nDenyOpen=any /a",
		    "www.policy:5: warning: AllowOpen=read /a allows nothing: "
		    "DenyOpen=any /a (www.policy:6) refuses all of it; leave "
		    "one of the two out\n" },
		{ "DenyOpen=read /a/**\nAllowOpen=read /a/*/b once",
		    "www.policy:6: warning: AllowOpen=read /a/*/b once allows "
		    "nothing: DenyOpen=read /a/** (www.policy:5) refuses all "
		    "of it; leave one of the two out\n" },
		/* Two lines together; what creates must also write. */
		{ "AllowOpen=read,write,create /a\nDenyOpen=read /a\n"
		  "DenyOpen=write /**",
		    "www.policy:5: warning: AllowOpen=read,write,create /a "
		    "allows nothing: DenyOpen=read /a (www.policy:6) and other "
		    "lines refuse all of it; leave it out, or deny less\n" },
		{ "AllowStat=/a\nDenyStat=/**",
		    "www.policy:5: warning: AllowStat=/a allows nothing: "
		    "DenyStat=/** (www.policy:6) refuses all of it; leave one "
		    "of the two out\n" },
		{ "AllowLog=info\nDenyLog=debug",
		    "www.policy:5: warning: AllowLog=info allows nothing: "
		    "DenyLog=debug (www.policy:6) refuses all of it; leave one "
		    "of the two out\n" },
		{ "AllowReadSysctl=net.ipv4.*\nDenyReadSysctl=net/**",
		    "www.policy:5: warning: AllowReadSysctl=net.ipv4.* allows "
		    "nothing: DenyReadSysctl=net/** (www.policy:6) refuses all "
		    "of it; leave one of the two out\n" },
		{ "AllowOpen=create,truncate /a",
		    "www.policy:5: warning: AllowOpen=create,truncate /a "
		    "allows nothing: a file that is created or truncated is "
		    "also opened to write; add write or append to this "
		    "line\n" },
		{ "AllowOpen=read,create /a",
		    "www.policy:5: warning: AllowOpen=read,create /a allows "
		    "nothing but to read: a file that is created or truncated "
		    "is also opened to write; add write or append to this "
		    "line, or leave create and truncate out\n" },
		{ "AllowOpen=read /a follow",
		    "www.policy:5: warning: AllowOpen=read /a follow follows "
		    "no link: where a link leads must be covered by the same "
		    "line, and this one covers a single path; write a pattern "
		    "for both places, or leave follow out\n" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i].lines, cases[i].warnings);
}

static void
line_that_adds_nothing_is_told(void **state)
{
	static const struct advised cases[] = {
		{ "AllowOpen=read /a\nAllowOpen=read /a",
		    "www.policy:6: warning: AllowOpen=read /a adds nothing to "
		    "AllowOpen=read /a (www.policy:5), which allows as much or "
		    "more; leave it out\n" },
		{ "AllowOpen=read /a/*\nAllowOpen=read,append /a/*",
		    "www.policy:5: warning: AllowOpen=read /a/* adds nothing "
		    "to AllowOpen=read,append /a/* (www.policy:6), which "
		    "allows as much or more; leave it out\n" },
		{ "AllowStat=/a/** xdev\nAllowStat=/a/b/* links=1",
		    "www.policy:6: warning: AllowStat=/a/b/* links=1 adds "
		    "nothing to AllowStat=/a/** xdev (www.policy:5), which "
		    "allows as much or more; leave it out\n" },
		{ "AllowOpen=read /a once\nAllowOpen=read /a",
		    "www.policy:5: warning: AllowOpen=read /a once adds "
		    "nothing to AllowOpen=read /a (www.policy:6), which allows "
		    "as much or more; leave it out\n" },
		{ "DenyOpen=write /a/**\nDenyOpen=append /a/b",
		    "www.policy:6: warning: DenyOpen=append /a/b adds nothing "
		    "to DenyOpen=write /a/** (www.policy:5), which refuses as "
		    "much or more; leave it out\n" },
		{ "AllowLog=info\nAllowLog=err",
		    "www.policy:6: warning: AllowLog=err adds nothing to "
		    "AllowLog=info (www.policy:5), which allows as much or "
		    "more; leave it out\n" },
		/* Each of three says the same; one is to be kept. */
		{ "AllowStat=/[a]\nAllowStat=/[a]\nAllowStat=/[a]",
		    "www.policy:6: warning: AllowStat=/[a] adds nothing to "
		    "AllowStat=/[a] (www.policy:5), which allows as much or "
		    "more; leave it out\n"
		    "www.policy:7: warning: AllowStat=/[a] adds nothing to "
		    "AllowStat=/[a] (www.policy:5), which allows as much or "
		    "more; leave it out\n" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i].lines, cases[i].warnings);
}

static void
sensible_lines_are_not_warned_of(void **state)
{
	static const char *const cases[] = {
		("AllowOpen=@runtime\nAllowOpen=read /srv/www/**\n"
		 "AllowStat=/srv/www/**\nDenyOpen=any /srv/www/**/.*/**\n"
		 "DenyStat=/srv/www/**/.*/**\nAllowLog=info"),
		/* Only part of it is refused. */
		"AllowOpen=read /a/**\nDenyOpen=any /a/b/**",
		"AllowOpen=read,write /a\nDenyOpen=write /a",
		"AllowOpen=read /a\nDenyStat=/a",
		"AllowLog=info\nDenyLog=err",
		"AllowReadSysctl=net.*\nDenyReadSysctl=net.a",
		"AllowReadSysctl=net.a\nAllowReadSysctl=net.b",
		/* Each says something. */
		"AllowOpen=read /a\nAllowOpen=append /a",
		"AllowListen=tcp *:80\nAllowListen=tcp 127.0.0.1:80",
		"AllowOpen=read /a once\nAllowOpen=read /a once",
		"AllowOpen=read /a/** once\nAllowOpen=read /a/b",
		"AllowOpen=read /a/* follow\nAllowOpen=read /a/* xdev",
		"AllowOpen=read /a owner=1\nAllowOpen=read /a owner=2",
		"AllowOpen=read /a links=1\nAllowOpen=read /a owner=2",
		"AllowStat=/a/*\nAllowStat=/a/**/b",
		"DenyOpen=read /a/**\nDenyOpen=append /a/b",
		/* /a/b may be a mount, which the first line does not enter. */
		"AllowOpen=read /a/**\nAllowOpen=read /a/b/**",
		/* The second line cannot remove /a/b itself. */
		"AllowRmdir=/a/b\nAllowRmdir=/a/b/** xdev",
		/* A pattern for both ends of a link. */
		"AllowOpen=read /a/* follow",
		/* A Deny line may say part of an access. */
		"DenyOpen=create /a",
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		expect(cases[i], "");
}

/* Patterns of many letters, which nothing is long enough for. */
static void
pattern_longer_than_any_path_is_told(void **state)
{
	static const struct {
		size_t names, letters;
		const char *wrong; /* NULL: nothing */
	} cases[] = {
		{ 1, 255, NULL },
		{ 1, 256, "a name in a directory has at most 255 bytes" },
		{ 40, 101, NULL },
		{ 41, 101, "a path has at most 4095 bytes; shorten it" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char line[8192] = "DenyStat=";
		size_t len = strlen(line);
		struct test_policy policy;

		for (size_t k = 0; k < cases[i].names; k++) {
			line[len++] = '/';
			memset(line + len, '?', cases[i].letters);
			len += cases[i].letters;
		}
		line[len] = '\0';
		test_policy_lines(&policy, line);
		assert_int_equal(policy.diag.warnings,
		    cases[i].wrong == NULL ? 0 : 1);
		if (cases[i].wrong != NULL)
			assert_non_null(
			    strstr(policy.diag.text, cases[i].wrong));
		test_policy_free(&policy);
	}
}

/* Whether one line reaches all that another does, the mounts decide. */
static void
held_directories_tell_of_mounts(void **state)
{
	char *dir = test_dir_make();
	char sub[4200], text[16384];
	struct test_policy policy;

	(void)state;
	assert_non_null(dir);
	(void)snprintf(sub, sizeof(sub), "%s/sub", dir);
	assert_int_equal(mkdir(sub, 0755), 0);
	(void)snprintf(text, sizeof(text),
	    TEST_POLICY_HEAD "AllowStat=%s/**\nAllowStat=%s/*\n", dir, sub);
	test_policy_load(&policy, text, PSD_LOAD_HOLD);
	assert_int_equal(policy.diag.warnings, 1);
	assert_non_null(strstr(policy.diag.text, "/sub/* adds nothing to "));
	test_policy_free(&policy);
	test_policy_load(&policy,
	    TEST_POLICY_HEAD
	    "AllowStat=/*/*/kernel/*\nAllowStat=/proc/sys/kernel/ostype\n",
	    PSD_LOAD_HOLD);
	if (policy.diag.text != NULL)
		fail_msg("%s", policy.diag.text);
	test_policy_free(&policy);
	test_dir_remove(dir);
}

static void
warnings_come_in_a_number_that_can_be_read(void **state)
{
	static const char line[] = "AllowStat=/a\n";
	char lines[50 * sizeof(line)] = "";
	struct test_policy policy;

	(void)state;
	for (size_t i = 0; i < 41; i++)
		memcpy(lines + i * strlen(line), line, sizeof(line));
	test_policy_lines(&policy, lines);
	assert_int_equal(policy.diag.warnings, 33);
	assert_non_null(strstr(policy.diag.text,
	    "www.policy: warning: 8 more warnings of this sort are left out; "
	    "mend what is told first\n"));
	test_policy_free(&policy);
}

static void
drop_in_is_named_with_its_own_line(void **state)
{
	char *dir = test_dir_make();
	const char *const dirs[] = { dir, NULL };
	struct psd_policy *policy;
	struct psd_diag diag;
	char dropins[4200];

	(void)state;
	assert_non_null(dir);
	(void)snprintf(dropins, sizeof(dropins), "%s/www.policy.d", dir);
	assert_int_equal(mkdir(dropins, 0755), 0);
	assert_int_equal(test_dir_write(dir, "www.policy",
			     TEST_POLICY_HEAD "AllowStat=/a\n"),
	    0);
	assert_int_equal(test_dir_write(dropins, "10.conf",
			     "[Policy]\n\nAllowStat=/a\n"),
	    0);
	psd_diag_init(&diag);
	policy = psd_policy_load(dirs, "www", PSD_LOAD_TRUST, &diag);
	assert_non_null(policy);
	assert_int_equal(diag.warnings, 1);
	assert_non_null(strstr(diag.text,
	    "/www.policy.d/10.conf:3: warning: AllowStat=/a adds nothing"));
	assert_non_null(strstr(diag.text, "/www.policy:5), which"));
	psd_policy_free(policy);
	psd_diag_free(&diag);
	test_dir_remove(dir);
}

static double
seconds(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Lines as they may come, and as bad as they can be. */
static void
ten_thousand_lines_are_advised_on_in_a_moment(void **state)
{
	static const char *const forms[] = {
		"AllowOpen=read /srv/files/%zu\nDenyOpen=any /srv/%zu/**\n",
		"AllowOpen=read /srv/*.%zu\nDenyOpen=any /srv/*-%zu\n",
		"AllowOpen=read /**/*a*b%zu\nDenyOpen=any /**/*/*a*%zu\n",
		"AllowOpen=read /etc/*\nAllowOpen=append /etc/*\n",
	};
	static char text[1 << 20];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(forms); i++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "%s",
		    TEST_POLICY_HEAD);
		struct test_policy policy;
		double begin;

		for (size_t k = 0; k < 5000; k++) {
			const char *at = forms[i], *mark;

			for (; (mark = strstr(at, "%zu")) != NULL;
			     at = mark + 3)
				len += (size_t)snprintf(text + len,
				    sizeof(text) - len, "%.*s%zu",
				    (int)(mark - at), at, k);
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s", at);
		}
		begin = seconds();
		test_policy_load(&policy, text, 0);
		assert_non_null(policy.policy);
		print_message("# form %zu: %.3f s\n", i, seconds() - begin);
		assert_true(seconds() - begin < 20);
		test_policy_free(&policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_that_never_matches_is_told),
		cmocka_unit_test(line_that_adds_nothing_is_told),
		cmocka_unit_test(sensible_lines_are_not_warned_of),
		cmocka_unit_test(pattern_longer_than_any_path_is_told),
		cmocka_unit_test(held_directories_tell_of_mounts),
		cmocka_unit_test(warnings_come_in_a_number_that_can_be_read),
		cmocka_unit_test(drop_in_is_named_with_its_own_line),
		cmocka_unit_test(ten_thousand_lines_are_advised_on_in_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
