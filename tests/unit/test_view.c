/* SPDX-License-Identifier: ISC */
/* What AllowOpen= says of a program that opens files itself. */
#include "policy/view.h"
#include "common/codec.h"
#include "common/mem.h"
#include "policy/explain.h"
#include "policy/filter.h"
#include "policy/widen.h"
#include "tests/support/dir.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void
load(struct test_policy *ret, const char *type, const char *lines,
    unsigned flags)
{
	char text[4096];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\nType=%s\n[Policy]\n"
	    "SystemCallFilter=@helper\n%s\n",
	    type, lines);
	test_policy_load(ret, text, flags);
}

static void
refused(const char *lines, unsigned flags, const char *says)
{
	struct test_policy policy;

	load(&policy, "filter", lines, flags);
	assert_null(policy.policy);
	if (strstr(policy.diag.text, says) == NULL ||
	    strstr(policy.diag.text, "www.policy:6: ") == NULL)
		fail_msg("%s", policy.diag.text);
	test_policy_free(&policy);
}

static void
files_and_trees_are_words_of_the_view(void **state)
{
	static const char *const types[] = { "filter", "program" };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(types); i++) {
		struct test_policy policy;
		const struct psd_words *view;

		load(&policy, types[i],
		    "AllowOpen=read /etc/passwd\n"
		    "AllowOpen=write,read -/no/file\n"
		    "AllowOpen=any /srv/**",
		    0);
		assert_non_null(policy.policy);
		view = &policy.policy->view;
		assert_int_equal(view->n, 3);
		assert_int_equal(policy.policy->n_grants, 0);
		assert_string_equal(view->at[0].text, "/etc/passwd");
		assert_int_equal(view->at[0].access, PSD_ACCESS_READ);
		assert_false(view->at[0].is_tree);
		assert_string_equal(view->at[1].text, "/no/file");
		assert_int_equal(view->at[1].access,
		    PSD_ACCESS_READ | PSD_ACCESS_WRITE | PSD_ACCESS_APPEND |
			PSD_ACCESS_TRUNCATE);
		assert_true(view->at[1].may_be_missing);
		assert_string_equal(view->at[2].text, "/srv");
		assert_int_equal(view->at[2].access, PSD_ACCESS_ALL);
		assert_true(view->at[2].is_tree);
		test_policy_free(&policy);
	}
}

static void
what_a_mount_cannot_keep_is_an_error(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "DenyOpen=any /etc/shadow", "cannot have holes" },
		{ "AllowOpen=read /etc/*.conf", "without wildcards" },
		{ "AllowOpen=read /etc/**/x", "without wildcards" },
		{ "AllowOpen=read /etc/?/**", "without wildcards" },
		{ "AllowOpen=read /**", "whole file system" },
		{ "AllowOpen=read /", "whole file system" },
		{ "AllowOpen=read /proc/**", "/proc is not shown" },
		{ "AllowOpen=read -/proc/cpuinfo", "/proc is not shown" },
		{ "AllowOpen=write /etc/x", "\"read\" or \"read,write\"" },
		{ "AllowOpen=read,append /etc/x", "\"read,write\"" },
		{ "AllowOpen=read,create /etc/x", "\"read,write\"" },
		{ "AllowOpen=any /etc/x", "\"read,write\"" },
		{ "AllowOpen=read,write /srv/**", "\"read,write,create\"" },
		{ "AllowOpen=read,create /srv/**", "\"read,write,create\"" },
		{ "AllowOpen=read /etc/x once", "nothing may follow" },
		{ "AllowOpen=read /etc/x follow", "nothing may follow" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++)
		refused(cases[i].line, 0, cases[i].says);
}

static void
what_is_there_is_looked_at(void **state)
{
	char *dir = test_dir_make();
	char line[512], path[256];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/link", dir);
	assert_int_equal(symlink("/proc/self/mounts", path), 0);
	(void)snprintf(path, sizeof(path), "%s/root", dir);
	assert_int_equal(symlink("/", path), 0);
	(void)snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)snprintf(line, sizeof(line), "AllowOpen=read %s", dir);
	refused(line, PSD_LOAD_HOLD, "it is a directory");
	(void)snprintf(line, sizeof(line), "AllowOpen=read %s/none", dir);
	refused(line, PSD_LOAD_HOLD, "does not exist");
	(void)snprintf(line, sizeof(line), "AllowOpen=read %s/link", dir);
	refused(line, PSD_LOAD_HOLD, "leads to /proc");
	(void)snprintf(line, sizeof(line), "AllowOpen=read %s/root/**", dir);
	refused(line, PSD_LOAD_HOLD, "it leads to /, ");
	(void)snprintf(line, sizeof(line), "AllowOpen=read %s/fifo", dir);
	refused(line, PSD_LOAD_HOLD, "neither a regular file");
	refused("AllowOpen=read /etc/passwd/**", PSD_LOAD_HOLD,
	    "it is no directory");
	refused("AllowOpen=read /dev/tty", PSD_LOAD_HOLD,
	    "neither a regular file");
	test_dir_remove(dir);
}

static void
an_empty_line_takes_all_back(void **state)
{
	struct test_policy policy;

	(void)state;
	load(&policy, "filter",
	    "AllowOpen=@runtime\nAllowOpen=read /etc/**\nAllowOpen=", 0);
	assert_non_null(policy.policy);
	assert_int_equal(policy.policy->view.n, 0);
	test_policy_free(&policy);
}

static enum psd_answer
ask(const struct psd_policy *policy, const char *access, const char *path,
    char *ret)
{
	char *const words[] = { (char *)(uintptr_t)access,
		(char *)(uintptr_t)path };
	const struct psd_str operation = psd_str_of("open");
	unsigned char packed[512];
	struct psd_bytes arguments;

	assert_int_equal(psd_explain_pack(words, 2, packed, sizeof(packed),
			     &arguments),
	    0);
	return psd_explain(policy, &operation, &arguments, "", ret,
	    PSD_TEXT_MAX + 1);
}

static void
explain_answers_by_the_view(void **state)
{
	static const struct {
		const char *access, *path;
		enum psd_answer answer;
		const char *says;
	} cases[] = {
		{ "read", "/etc/papersize", PSD_ANSWER_ALLOWED,
		    "www.policy:6: AllowOpen=read -/etc/papersize" },
		{ "write", "/etc/papersize", PSD_ANSWER_REFUSED,
		    "to allow: AllowOpen=read,write /etc/papersize" },
		{ "read", "/etc/papersize/x", PSD_ANSWER_REFUSED, "" },
		{ "read", "/etc/papersizes", PSD_ANSWER_REFUSED, "" },
		{ "read", "/srv/in/a/b", PSD_ANSWER_ALLOWED, ":7: " },
		{ "write,create,truncate", "/srv/out/b", PSD_ANSWER_ALLOWED,
		    ":8: " },
		{ "write,create", "/srv/in/b", PSD_ANSWER_REFUSED,
		    "AllowOpen=read,write,create" },
		{ "read", "/etc/shadow", PSD_ANSWER_REFUSED,
		    "to allow: AllowOpen=read /etc/shadow" },
		/* As a shell opens what it redirects to. */
		{ "write,create,truncate", "/srv/log", PSD_ANSWER_ALLOWED,
		    ":9: " },
		{ "write,create,exclusive", "/srv/log", PSD_ANSWER_REFUSED,
		    "" },
	};
	static char text[PSD_TEXT_MAX + 1];
	struct test_policy policy;

	(void)state;
	load(&policy, "filter",
	    "AllowOpen=read -/etc/papersize\nAllowOpen=read /srv/in/**\n"
	    "AllowOpen=read,write,create /srv/out/**\n"
	    "AllowOpen=read,write /srv/log",
	    0);
	assert_non_null(policy.policy);
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const enum psd_answer answer =
		    ask(policy.policy, cases[i].access, cases[i].path, text);

		if (answer != cases[i].answer ||
		    strstr(text, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, text);
	}
	test_policy_free(&policy);
}

static void
tell(void *cookie, char sign, const char *text)
{
	char *report = cookie;
	const size_t len = strlen(report);

	(void)snprintf(report + len, 512 - len, "%c %s\n", sign, text);
}

static void
a_right_more_to_the_same_path_widens(void **state)
{
	struct test_policy older, newer;
	char report[512] = "";

	(void)state;
	load(&older, "filter", "AllowOpen=read /etc/x", 0);
	load(&newer, "filter", "AllowOpen=read,write /etc/x", 0);
	psd_policy_compare(older.policy, newer.policy, tell, report);
	if (strstr(report, "+ www: the file view") == NULL ||
	    strstr(report, "read,write /etc/x") == NULL)
		fail_msg("%s", report);
	test_policy_free(&older);
	test_policy_free(&newer);
}

struct counts {
	unsigned write, temporary;
};

static void
count(void *cookie, const char *call, const char *rule, const char *group)
{
	struct counts *counts = cookie;

	(void)call;
	(void)rule;
	counts->write += strcmp(group, "AllowOpen=write") == 0;
	counts->temporary += strcmp(group, "TemporaryFileSystem=") == 0;
}

/* No more than that, and nothing where there is no such place. */
static void
the_filter_lets_what_the_view_does_be_written(void **state)
{
	static const struct {
		const char *type, *lines;
		bool write, temporary;
	} cases[] = {
		{ "filter", "AllowOpen=@runtime\nAllowOpen=read /etc/**", false,
		    false },
		{ "filter", "AllowOpen=read,write /etc/x", true, false },
		{ "inetd\nListenStream=1", "AllowOpen=any /srv/**", true,
		    false },
		{ "filter\nTemporaryFileSystem=/tmp:size=1M", "", true, true },
		{ "native", "AllowOpen=any /srv/**", false, false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct counts counts = { 0 };
		struct test_policy policy;

		load(&policy, cases[i].type, cases[i].lines, 0);
		if (policy.policy == NULL)
			fail_msg("%s", policy.diag.text);
		assert_int_equal(psd_filter_list(policy.policy, count, &counts),
		    0);
		assert_int_equal(counts.write > 0, cases[i].write);
		assert_int_equal(counts.temporary > 0, cases[i].temporary);
		test_policy_free(&policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_and_trees_are_words_of_the_view),
		cmocka_unit_test(what_a_mount_cannot_keep_is_an_error),
		cmocka_unit_test(what_is_there_is_looked_at),
		cmocka_unit_test(an_empty_line_takes_all_back),
		cmocka_unit_test(explain_answers_by_the_view),
		cmocka_unit_test(a_right_more_to_the_same_path_widens),
		cmocka_unit_test(the_filter_lets_what_the_view_does_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
