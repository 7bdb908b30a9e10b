/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "common/mem.h"
#include "policy/glob.h"
#include "tests/support/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/*
 * Suggests a line for the request, loads a policy of that line alone, and
 * fails unless it allows this request and neither of two others.
 */
static void
go_there_and_back(const struct psd_op_row *row, const void *req,
    const void *other, const void *another)
{
	char line[4 * PSD_GLOB_MAX];
	struct test_policy policy;

	psd_policy_suggest(line, sizeof(line), row, req);
	test_policy_lines(&policy, line);
	if (!psd_policy_check(policy.policy, NULL, row, req).is_allowed)
		fail_msg("%s", line);
	if (other != NULL &&
	    psd_policy_check(policy.policy, NULL, row, other).is_allowed)
		fail_msg("%s", line);
	if (another != NULL &&
	    psd_policy_check(policy.policy, NULL, row, another).is_allowed)
		fail_msg("%s", line);
	assert_int_equal(policy.policy->n_grants, 1);
	test_policy_free(&policy);
}

static const char *const paths[] = { "/", "/etc/passwd", "/with blank", "/ ",
	"/tab\there", "/a\nb", "/100%", "/%%", "/%n", "/quote\"s'",
	"/back\\slash", "/a\\", "/a\\x41", "/*", "/**", "/a?", "/[ab]", "/]",
	"/[!x]", "/#comment", "/;x", "/-", "/@runtime", "/once", "/owner=root",
	"/\xc3\xa4", "/\xff\xfe", "/\x01\x7f", "/\xe2\x80\xae", "/a b  c ",
	"/\\", "/$HOME", "/~", "/a=b", "/[", "/...", "/.a" };

static void
suggested_line_allows_exactly_the_path(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_stat);

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(paths); i++) {
		const size_t next = (i + 1) % PSD_ELEMENTS(paths);
		const struct psd_stat_req req = { .path =
						      psd_str_of(paths[i]) };
		const struct psd_stat_req other = {
			.path = psd_str_of(paths[next]),
		};
		const struct psd_stat_req plain = { .path = psd_str_of("/x") };

		go_there_and_back(row, &req, &other, &plain);
	}
}

static void
suggested_line_allows_exactly_the_access(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_open);

	(void)state;
	for (uint32_t access = 1; access <= PSD_ACCESS_ALL; access++) {
		struct psd_open_req req = {
			.access = access,
			.path = psd_str_of("/a b"),
		};
		struct psd_open_req more = req;
		const uint32_t missing = PSD_ACCESS_ALL & ~access;

		/* One bit more; creation covers exclusive creation. */
		more.access |= missing & -missing;
		if (missing == 0 ||
		    (missing & -missing) == PSD_ACCESS_EXCLUSIVE ||
		    (access & PSD_ACCESS_EXCLUSIVE) != 0)
			go_there_and_back(row, &req, NULL, NULL);
		else
			go_there_and_back(row, &req, &more, NULL);
	}
}

static void
suggested_line_allows_no_higher_level(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_log);

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		const struct psd_log_req req = { .priority = i };
		const struct psd_log_req chattier = { .priority = i + 1 };

		go_there_and_back(row, &req, &chattier, NULL);
	}
	go_there_and_back(psd_op_find(PSD_OP_accept),
	    &(struct psd_accept_req){ .end = 0 }, NULL, NULL);
}

/* One line has to cover both names, and nothing outside their directory. */
static void
suggested_line_allows_both_paths(void **state)
{
	static const struct {
		const char *from, *to, *outside;
	} cases[] = { { "/a/b/x", "/a/b/y", "/a/b" },
		{ "/a/x", "/a/b/x", "/b" }, { "/a/x", "/a/x/y", "/b" },
		{ "/a/xy", "/a/xz", "/a/x/x" }, { "/x", "/y", "/x/y" },
		{ "/a b/*", "/a b/%", "/a" }, { "/same", "/same", "/other" },
		{ "/[/x", "/[/y/z", "/]" }, { "/", "/x", NULL },
		{ "/a/x", "/b/x", NULL } };
	const struct psd_op_row *row = psd_op_find(PSD_OP_rename);

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const struct psd_rename_req req = {
			.from = psd_str_of(cases[i].from),
			.to = psd_str_of(cases[i].to),
		};
		struct psd_rename_req other = req;

		if (cases[i].outside != NULL)
			other.to = psd_str_of(cases[i].outside);
		go_there_and_back(row, &req,
		    cases[i].outside != NULL ? &other : NULL, NULL);
	}
}

static void
longest_path_of_wildcards_goes_there_and_back(void **state)
{
	char path[PSD_PATH_MAX + 1];
	struct psd_stat_req req;

	(void)state;
	memset(path, '*', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	req.path = psd_str_of(path);
	go_there_and_back(psd_op_find(PSD_OP_stat), &req, NULL, NULL);
}

static void
request_that_no_line_can_allow_gets_a_comment(void **state)
{
	static const char *const lines[] = { "", "a", "/a/", "//a", "/a/../b",
		"/a/./b" };
	char line[1024], deep[2 * 256 + 1];
	struct psd_stat_req req;

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(lines); i++) {
		req.path = psd_str_of(lines[i]);
		psd_policy_suggest(line, sizeof(line), psd_op_find(PSD_OP_stat),
		    &req);
		assert_int_equal(line[0], '#');
	}
	for (size_t i = 0; i < 256; i++)
		memcpy(deep + 2 * i, "/a", 3);
	req.path = psd_str_of(deep);
	psd_policy_suggest(line, sizeof(line), psd_op_find(PSD_OP_stat), &req);
	assert_int_equal(line[0], '#');
	psd_policy_suggest(line, sizeof(line), psd_op_find(PSD_OP_ping), "");
	assert_int_equal(line[0], '#');
}

static void
line_is_cut_to_its_room(void **state)
{
	const struct psd_stat_req req = { .path = psd_str_of("/a b%*\n") };
	char line[64], whole[64];

	(void)state;
	psd_policy_suggest(whole, sizeof(whole), psd_op_find(PSD_OP_stat),
	    &req);
	assert_string_equal(whole, "AllowStat=\"/a b%%[*]\\x0a\"");
	for (size_t size = 1; size <= sizeof(line); size++) {
		memset(line, 'X', sizeof(line));
		psd_policy_suggest(line, size, psd_op_find(PSD_OP_stat), &req);
		assert_in_range(strlen(line), 0, size - 1);
	}
	assert_string_equal(line, whole);
}

/* Whoever asked for what has no name is told what a name is. */
static void
request_without_a_name_is_told_what_a_name_is(void **state)
{
	const struct psd_stat_req stat = { .path = psd_str_of("a/../b") };
	const struct psd_read_sysctl_req read = { .setting = psd_str_of("..") };
	const struct psd_resolve_req resolve = { .host =
						     psd_str_of("192.0.2.1") };
	const struct {
		enum psd_op op;
		const void *req;
		const char *line;
	} cases[] = {
		{ PSD_OP_stat, &stat,
		    "# no line can allow it: a path must be absolute, without "
		    "empty components, \".\" and \"..\"" },
		{ PSD_OP_read_sysctl, &read,
		    "# no line can allow it: a setting is named by its "
		    "components, as in net.ipv4.ip_forward" },
		{ PSD_OP_resolve, &resolve,
		    "# no line can allow it: a host is named by labels of "
		    "letters, digits, - and _, and an address is no name" },
	};
	char line[1024];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		psd_policy_suggest(line, sizeof(line), psd_op_find(cases[i].op),
		    cases[i].req);
		assert_string_equal(line, cases[i].line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suggested_line_allows_exactly_the_path),
		cmocka_unit_test(suggested_line_allows_exactly_the_access),
		cmocka_unit_test(suggested_line_allows_no_higher_level),
		cmocka_unit_test(suggested_line_allows_both_paths),
		cmocka_unit_test(longest_path_of_wildcards_goes_there_and_back),
		cmocka_unit_test(request_that_no_line_can_allow_gets_a_comment),
		cmocka_unit_test(request_without_a_name_is_told_what_a_name_is),
		cmocka_unit_test(line_is_cut_to_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
