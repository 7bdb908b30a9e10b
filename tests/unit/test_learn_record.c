/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/load.h"
#include "policy/widen.h"
#include "tests/support/dir.h"
#include "tests/unit/learn_fixture.h"

#include <stdio.h>

/* The page so far, read into a new record. */
static void
merge_page(void)
{
	struct psd_diag diag;
	char *text;

	text = strdup(page);
	assert_non_null(text);
	psd_learn_free(learn);
	learn = psd_learn_new();
	assert_non_null(learn);
	psd_diag_init(&diag);
	if (!psd_learn_read(learn, "old.policy", text, &diag))
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	free(text);
}

static void
record_reads_back_as_it_was(void **state)
{
	char *argv[] = { (char *)(uintptr_t) "/usr/bin/prog",
		(char *)(uintptr_t) "prog", (char *)(uintptr_t) "a b",
		(char *)(uintptr_t) "100%\\", NULL };
	char *before;

	(void)state;
	psd_learn_free(learn);
	learn = psd_learn_new();
	psd_learn_run(learn, argv);
	see("rseq", 0, 0, 0);
	see("prlimit64", 0, 3, 0);
	see("mremap", 0, 0, 0);
	psd_learn_file(learn, "/srv/a b/100%\n*\"x\\", PSD_LEARN_READ);
	psd_learn_file(learn, "/srv/made/new", PSD_LEARN_CREATE);
	psd_learn_socket(learn, "AllowConnect=tcp [::1]:80");
	psd_learn_cost(learn, 12345678, 654321);
	write_page(PSD_TYPE_FILTER);
	assert_line("ExecStart=/usr/bin/prog \"a b\" \"100%%\\\\\"");
	before = strdup(page);
	assert_non_null(before);
	merge_page();
	write_page(PSD_TYPE_FILTER);
	assert_string_equal(page, before);
	free(before);
}

static void
runs_add_up(void **state)
{
	struct psd_diag diag;

	(void)state;
	see("statx", 0, 0, 0);
	see("statx", 0, 0, 0);
	psd_learn_file(learn, "/srv/prog/a", PSD_LEARN_READ);
	write_page(PSD_TYPE_FILTER);
	assert_line("# seen 2 times in 1 run");
	merge_page();
	write_page(PSD_TYPE_FILTER);
	merge_page();
	psd_diag_init(&diag);
	assert_true(psd_learn_read(learn, "same", page, &diag));
	psd_diag_free(&diag);
	write_page(PSD_TYPE_FILTER);
	assert_line("# seen 4 times in 2 runs");
	assert_line("# seen 2 times in 2 runs");
	assert_line("Runs=2");
}

static void
other_words_leave_the_program_alone(void **state)
{
	char *argv[] = { (char *)(uintptr_t) "/usr/bin/prog",
		(char *)(uintptr_t) "prog", (char *)(uintptr_t) "-v", NULL };

	(void)state;
	psd_learn_run(learn, argv);
	write_page(PSD_TYPE_FILTER);
	assert_line("ExecStart=/usr/bin/prog");
	assert_null(strstr(page, "-v"));
}

static void
record_of_another_program_is_refused(void **state)
{
	struct psd_diag diag;

	(void)state;
	write_page(PSD_TYPE_FILTER);
	psd_learn_free(learn);
	learn = psd_learn_new();
	run_of("/usr/bin/other");
	psd_diag_init(&diag);
	assert_false(psd_learn_read(learn, "old.policy", page, &diag));
	assert_non_null(strstr(diag.text, "Program=/usr/bin/prog"));
	psd_diag_free(&diag);
}

static void
malformed_records_are_refused(void **state)
{
	static const char *const wrong[] = {
		"[Policy]\n",
		"\n[X-Learned]\n",
		"\n[X-Learned]\nProgram=/a\nCall=1\n",
		"\n[X-Learned]\nProgram=/a\nCall=1 1 read 1 2 3 4 5 6 7\n",
		"\n[X-Learned]\nProgram=/a\nCall=1 1 read zz\n",
		"\n[X-Learned]\nProgram=/a\nCall=-1 1 read\n",
		"\n[X-Learned]\nProgram=/a\nFile=1 1 /a/../b read\n",
		"\n[X-Learned]\nProgram=/a\nFile=1 1 /b eat\n",
		"\n[X-Learned]\nProgram=/a\nSocket=1\n",
		"\n[X-Learned]\nProgram=/a\nRuns=x\n",
		"\n[X-Learned]\nProgram=/a\nWhat=1\n",
		"\n[X-Learned]\nProgram=a\n",
		"\n[X-Learned]\nProgram=/\n",
		"\n[X-Learned]\nProgram=/a \"b\\nc\"\n",
		"\n[X-Learned]\nProgram=/a\nCall=1 1 \"a\\nb\"\n",
		"\n[X-Learned]\nProgram=/a\nSocket=1 1 \"a\\nb\"\n",
		"\n[X-Learned]\nProgram=\"/a\n",
		"\n[X-Learned]\nProgram=/a \"b\n",
		"\n[X-Learned]\nProgram=/a %%b\n",
		"\n[X-Learned]\nProgram=/a %%%%%%b\n",
		"\n[X-Learned]\nProgram=/a \"b \\\"c\"\n",
		"\n[X-Learned]\nProgram=/a\nCall=1 1\n",
		"\n[X-Learned]\nProgram=/a\nCall=1 1 \"\"\n",
		"\n[X-Learned]\nProgram=/a\nCall=1 1 Read\n",
		"\n[X-Learned]\nProgram=/a\nCall=1 1 read 1x\n",
		"\n[X-Learned]\nProgram=/a\nCall=1 1 read \"\n",
		"\n[X-Learned]\nProgram=/a\nFile=1 1 /b \"\n",
		"\n[X-Learned]\nProgram=/a\nMemory=-1\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *line = i < 2 ? "" : "old.policy:";
		const char *why = i == 0 ? "has no section [X-Learned]"
		    : i == 1             ? "says in section [X-Learned] of no"
					 : "is nothing that was learned of";
		struct psd_learn *other = psd_learn_new();
		struct psd_diag diag;

		psd_diag_init(&diag);
		if (psd_learn_read(other, "old.policy", wrong[i], &diag))
			fail_msg("accepted: %s", wrong[i]);
		if (strstr(diag.text, why) == NULL ||
		    strstr(diag.text, line) == NULL)
			fail_msg("%s: %s", wrong[i], diag.text);
		psd_diag_free(&diag);
		psd_learn_free(other);
	}
}

static struct psd_policy *
load_page(const char *dir, const char *name)
{
	struct psd_policy *policy;
	struct psd_diag diag;
	char path[4096];

	assert_int_equal(test_dir_write(dir, name, page), 0);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	psd_diag_init(&diag);
	policy = psd_policy_load_file(path, PSD_LOAD_TRUST, &diag);
	if (policy == NULL || diag.warnings > 0)
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	return policy;
}

static void
count_narrowing(void *cookie, char sign, const char *text)
{
	unsigned *narrowed = cookie;

	if (sign != '+') {
		(*narrowed)++;
		print_message("%c %s\n", sign, text);
	}
}

static void
policy_of_more_runs_only_widens(void **state)
{
	char *dir = test_dir_make();
	struct psd_policy *older, *newer;
	char path[64];
	unsigned narrowed = 0;

	(void)state;
	see("rseq", 0, 0, 0);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/usr/share/prog/f%d", i);
		psd_learn_file(learn, path, PSD_LEARN_READ);
	}
	write_page(PSD_TYPE_FILTER);
	older = load_page(dir, "older.policy");
	merge_page();
	see("statx", 0, 0, 0);
	for (int i = 3; i < 9; i++) {
		snprintf(path, sizeof(path), "/usr/share/prog/f%d", i);
		psd_learn_file(learn, path, PSD_LEARN_READ);
	}
	write_page(PSD_TYPE_FILTER);
	newer = load_page(dir, "newer.policy");
	psd_policy_compare(older, newer, count_narrowing, &narrowed);
	assert_int_equal(narrowed, 0);
	psd_policy_free(older);
	psd_policy_free(newer);
	test_dir_remove(dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(record_reads_back_as_it_was),
		TEST(runs_add_up),
		TEST(other_words_leave_the_program_alone),
		TEST(record_of_another_program_is_refused),
		TEST(malformed_records_are_refused),
		TEST(policy_of_more_runs_only_widens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
