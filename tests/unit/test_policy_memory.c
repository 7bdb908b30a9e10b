/* SPDX-License-Identifier: ISC */
#include "policy/load.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"
#include "tests/support/policy.h"
#include "tests/support/valgrind.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* Allocations until the one that fails; 0: none does. */
static unsigned long countdown;
static bool has_failed;

#if defined(__has_feature)
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
/* The sanitizer's own allocator must not be replaced. */
enum { CAN_FAIL = 0 };
#else
enum { CAN_FAIL = 1 };

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nmemb, size_t size);
void *__libc_realloc(void *ptr, size_t size);

static bool
fails(void)
{
	if (countdown == 0 || --countdown > 0)
		return false;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t nmemb, size_t size)
{
	return fails() ? NULL : __libc_calloc(nmemb, size);
}

void *
realloc(void *ptr, size_t size)
{
	return fails() ? NULL : __libc_realloc(ptr, size);
}
#endif

static char *
make_policy(void)
{
	static const char text[] =
	    TEST_POLICY_HEAD "AllowOpen=@runtime\nAllowOpen=read /etc/**\n"
			     "DenyOpen=any /etc/shadow\nAllowStat=/usr/* "
			     "owner=root\nAllowAccept=yes once\n[Helper]\n"
			     "Environment=A=1 B=2 A=3\nUser=daemon\n"
			     "ListenStream=127.0.0.1:8080\nLimitCPU=5s\n";
	char *dir = test_dir_make();
	char dropins[4096];

	assert_non_null(dir);
	snprintf(dropins, sizeof(dropins), "%s/www.policy.d", dir);
	assert_int_equal(test_dir_write(dir, "www.policy", text), 0);
	assert_int_equal(mkdir(dropins, 0755), 0);
	assert_int_equal(test_dir_write(dropins, "10.conf",
			     "[Policy]\nDenyStat=/usr/lib\n"),
	    0);
	return dir;
}

/* Loads with the nth allocation failing.  Returns whether one did. */
static bool
load(const char *const *dirs, unsigned long nth)
{
	struct psd_policy *policy;
	struct psd_diag diag;
	bool is_denied = true;

	psd_diag_init(&diag);
	has_failed = false;
	countdown = nth;
	policy =
	    psd_policy_load(dirs, "www", PSD_LOAD_HOLD | PSD_LOAD_TRUST, &diag);
	countdown = 0;
	assert_int_equal(policy == NULL, diag.errors > 0);
	/* All of it or nothing: never without its Deny lines. */
	if (policy != NULL)
		is_denied =
		    !test_policy_ask(policy, NULL, "open read /etc/shadow")
			 .is_allowed &&
		    !test_policy_ask(policy, NULL, "stat /usr/lib").is_allowed;
	assert_true(is_denied);
	psd_policy_free(policy);
	psd_diag_free(&diag);
	return has_failed;
}

static bool
list(const char *const *dirs, unsigned long nth)
{
	struct psd_diag diag;
	char **names;

	psd_diag_init(&diag);
	has_failed = false;
	countdown = nth;
	names = psd_policy_names(dirs, &diag);
	countdown = 0;
	assert_int_equal(names == NULL, diag.errors > 0);
	psd_policy_names_free(names);
	psd_diag_free(&diag);
	return has_failed;
}

static void
lack_of_memory_anywhere_refuses_the_policy_whole(void **state)
{
	const size_t before = test_fds_count();
	char *dir = make_policy();
	const char *const dirs[] = { dir, NULL };
	unsigned long n = 1;

	(void)state;
	if (CAN_FAIL == 0 || test_under_valgrind()) {
		print_message("# SKIP: the allocator cannot be replaced\n");
		test_dir_remove(dir);
		skip();
	}
	while (load(dirs, n))
		n++;
	assert_true(n > 50);
	for (n = 1; list(dirs, n); n++)
		continue;
	assert_true(n > 3);
	assert_int_equal(test_fds_count(), before);
	test_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    lack_of_memory_anywhere_refuses_the_policy_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
