/* SPDX-License-Identifier: ISC */
#include "tests/unit/search_fixture.h"

static void
remove_file(const struct search *search, size_t dir, const char *name)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", search->path[dir], name);
	assert_int_equal(unlink(path), 0);
}

/* Loads www; fails the test on errors.  NULL: it is masked. */
static struct psd_policy *
load(const struct search *search)
{
	struct psd_policy *policy;
	struct psd_diag diag;

	psd_diag_init(&diag);
	policy = psd_policy_load(search->dirs, "www", 0, &diag);
	if (diag.errors > 0)
		fail_msg("%s", diag.text);
	psd_diag_free(&diag);
	return policy;
}

static bool
allows(const struct search *search, const char *request)
{
	struct psd_policy *policy = load(search);
	bool is_allowed;

	assert_non_null(policy);
	is_allowed = test_policy_ask(policy, NULL, request).is_allowed;
	psd_policy_free(policy);
	return is_allowed;
}

static void
first_file_found_wins(void **state)
{
	const struct search *search = *state;

	put(search, 2, "www.policy", TEST_POLICY_HEAD "AllowStat=/2\n");
	assert_true(allows(search, "stat /2"));
	put(search, 1, "www.policy", TEST_POLICY_HEAD "AllowStat=/1\n");
	assert_true(allows(search, "stat /1"));
	assert_false(allows(search, "stat /2"));
	/* A mask that comes later masks nothing. */
	put(search, 0, "www.policy", TEST_POLICY_HEAD "AllowStat=/0\n");
	remove_file(search, 1, "www.policy");
	mask(search, 1, "www.policy");
	assert_true(allows(search, "stat /0"));
}

static void
drop_ins_of_all_directories_are_merged_by_name(void **state)
{
	const struct search *search = *state;
	struct psd_policy *policy;

	put(search, 1, "www.policy", TEST_POLICY_HEAD "AllowStat=/main\n");
	put(search, 0, "www.policy.d/20.conf", "[Policy]\nAllowStat=/b\n");
	put(search, 2, "www.policy.d/10.conf", "[Policy]\nAllowStat=/a\n");
	put(search, 1, "www.policy.d/30.conf",
	    "[Policy]\nDenyStat=/b\n[Helper]\nMemoryMax=1M\n");
	put(search, 2, "www.policy.d/40.conf", "[Helper]\nMemoryMax=2M\n");
	put(search, 0, "www.policy.d/50.conf.bak", "not read\n");
	put(search, 0, "www.policy.d/.60.conf", "not read\n");
	put(search, 0, "www.policy.d/README", "not read\n");
	assert_true(allows(search, "stat /main"));
	assert_true(allows(search, "stat /a"));
	assert_false(allows(search, "stat /b"));
	policy = load(search);
	assert_int_equal(policy->memory_max, 2 << 20);
	assert_non_null(strstr(policy->file, "/1/www.policy"));
	psd_policy_free(policy);
}

static void
drop_in_hides_its_name_in_later_directories(void **state)
{
	const struct search *search = *state;

	put(search, 2, "www.policy", TEST_POLICY_HEAD);
	put(search, 1, "www.policy.d/10.conf", "[Policy]\nAllowStat=/1\n");
	put(search, 2, "www.policy.d/10.conf", "[Policy]\nAllowStat=/2\n");
	put(search, 2, "www.policy.d/20.conf", "[Policy]\nAllowStat=/3\n");
	assert_true(allows(search, "stat /1"));
	assert_false(allows(search, "stat /2"));
	mask(search, 0, "www.policy.d/10.conf");
	assert_false(allows(search, "stat /1"));
	assert_false(allows(search, "stat /2"));
	assert_true(allows(search, "stat /3"));
}

static void
drop_in_below_a_directory_that_others_may_write_is_refused(void **state)
{
	const struct search *search = *state;
	struct psd_diag diag;

	put(search, 0, "www.policy", TEST_POLICY_HEAD);
	put(search, 2, "www.policy.d/10.conf", "[Policy]\nAllowStat=/2\n");
	assert_true(allows(search, "stat /2"));
	assert_int_equal(chmod(search->path[2], 0777), 0);
	psd_diag_init(&diag);
	assert_null(psd_policy_load(search->dirs, "www", 0, &diag));
	assert_int_equal(diag.errors, 1);
	assert_non_null(
	    strstr(diag.text, "/2: the directory may be written by"));
	psd_diag_free(&diag);
}

static void
drop_in_can_take_back_and_say_anew(void **state)
{
	const struct search *search = *state;

	put(search, 2, "www.policy", TEST_POLICY_HEAD "AllowStat=/old\n");
	put(search, 0, "www.policy.d/10.conf",
	    "[Policy]\nAllowStat=\nAllowStat=/new\n");
	assert_false(allows(search, "stat /old"));
	assert_true(allows(search, "stat /new"));
}

static void
link_to_dev_null_masks_a_policy(void **state)
{
	const struct search *search = *state;

	put(search, 2, "www.policy", TEST_POLICY_HEAD);
	put(search, 0, "www.policy.d/10.conf", "[Policy]\nAllowStat=/1\n");
	mask(search, 1, "www.policy");
	assert_null(load(search));
}

static void
error_in_a_drop_in_refuses_the_whole_policy(void **state)
{
	const struct search *search = *state;
	struct psd_diag diag;

	put(search, 0, "www.policy", TEST_POLICY_HEAD);
	put(search, 1, "www.policy.d/10.conf", "[Policy]\nAllowStat=x\n");
	psd_diag_init(&diag);
	assert_null(psd_policy_load(search->dirs, "www", 0, &diag));
	assert_int_equal(diag.errors, 1);
	assert_non_null(strstr(diag.text, "/1/www.policy.d/10.conf:2: "));
	psd_diag_free(&diag);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_file_found_wins),
		TEST(drop_ins_of_all_directories_are_merged_by_name),
		TEST(drop_in_hides_its_name_in_later_directories),
		TEST(
		    drop_in_below_a_directory_that_others_may_write_is_refused),
		TEST(drop_in_can_take_back_and_say_anew),
		TEST(link_to_dev_null_masks_a_policy),
		TEST(error_in_a_drop_in_refuses_the_whole_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
