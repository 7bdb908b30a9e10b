/* SPDX-License-Identifier: ISC */
/* By what a reload tells one policy from another. */
#include "daemon/loaded.h"
#include "policy/load.h"
#include "tests/support/dir.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *dir, file[PATH_MAX];

static int
make_policy(void **state)
{
	(void)state;
	dir = test_dir_make();
	assert_non_null(dir);
	(void)snprintf(file, sizeof(file), "%s/www.policy", dir);
	return test_dir_write(dir, "www.policy",
	    "[Helper]\nType=filter\nExecStart=/bin/cat\n"
	    "[Policy]\nSystemCallFilter=@filter\n");
}

static int
remove_policy(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

static struct psd_policy *
load(void)
{
	struct psd_policy *policy;
	struct psd_diag diag;

	psd_diag_init(&diag);
	policy = psd_policy_load_file(file, PSD_LOAD_TRUST, &diag);
	psd_diag_free(&diag);
	assert_non_null(policy);
	return policy;
}

/* One that failed here was of nothing, and helpers were replaced for it. */
static void
policy_that_cannot_be_read_again_is_told_from_none(void **state)
{
	const char *const dirs[] = { dir, NULL };
	struct psd_policy *policy = load();
	uint64_t hash = 0, again = 0;

	(void)state;
	assert_int_equal(psd_loaded_fingerprint_policy(policy, dirs, &hash), 0);
	assert_int_equal(psd_loaded_fingerprint_policy(policy, dirs, &again),
	    0);
	assert_int_equal(hash, again);
	assert_int_equal(chmod(file, 0666), 0);
	assert_int_equal(psd_loaded_fingerprint_policy(policy, dirs, &again),
	    -EINVAL);
	assert_int_equal(hash, again);
	psd_policy_free(policy);
}

static void
policy_of_our_own_has_no_file(void **state)
{
	const char *const dirs[] = { dir, NULL };
	struct psd_policy *policy = load();
	uint64_t hash = 0;

	(void)state;
	assert_int_equal(unlink(file), 0);
	assert_int_equal(psd_loaded_fingerprint_policy(policy, dirs, &hash), 0);
	psd_policy_free(policy);
}

static void
policy_that_has_become_bad_is_not_prepared(void **state)
{
	const char *const dirs[] = { dir, NULL };
	struct psd_policy *policy = load();
	struct psd_host host = { .null_fd = -1 };
	struct psd_diag diag;

	(void)state;
	assert_int_equal(chmod(file, 0666), 0);
	psd_diag_init(&diag);
	assert_null(psd_loaded_make(&host, policy, dirs, &diag));
	assert_string_equal(diag.text, "www: cannot be read again\n");
	psd_diag_free(&diag);
}

int
main(void)
{
#define CASE(test) \
	cmocka_unit_test_setup_teardown(test, make_policy, remove_policy)
	const struct CMUnitTest tests[] = {
		CASE(policy_that_cannot_be_read_again_is_told_from_none),
		CASE(policy_of_our_own_has_no_file),
		CASE(policy_that_has_become_bad_is_not_prepared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
