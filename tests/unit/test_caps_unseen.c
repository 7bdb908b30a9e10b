/* SPDX-License-Identifier: ISC */
/* A daemon that cannot tell what it may do gives nothing of it up. */
#include "daemon/caps.h"
#include "tests/support/child.h"
#include "tests/support/expect.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include <cmocka.h>

static bool is_blind;

/* In the place of libcap's, which asks for memory first. */
cap_t
cap_get_proc(void)
{
	if (!is_blind)
		return cap_get_pid(getpid());
	errno = ENOMEM;
	return NULL;
}

static bool
may(cap_flag_t flag)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t is_set = CAP_CLEAR;

	(void)cap_get_flag(caps, CAP_SYS_ADMIN, flag, &is_set);
	(void)cap_free(caps);
	return is_set == CAP_SET;
}

/* What a start says; 1 when it does not say told. */
static int
start(const char *told)
{
	const struct psd_words nothing = { .n = 0 };
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	r = psd_caps_keep(NULL, 0, &nothing, &diag);
	if (told != NULL && (diag.text == NULL || !strstr(diag.text, told)))
		r = 1;
	psd_diag_free(&diag);
	return r;
}

static int
lower(void)
{
	const struct psd_words nothing = { .n = 0 };
	struct psd_diag diag;
	int r;

	psd_diag_init(&diag);
	r = psd_caps_lower(NULL, 0, &nothing, &diag);
	psd_diag_free(&diag);
	return r;
}

static int
starts_blind(void *argument)
{
	(void)argument;
	is_blind = true;
	TEST_EXPECT(start("cannot drop capabilities: ") == -ENOMEM);
	is_blind = false;
	TEST_EXPECT(may(CAP_PERMITTED));
	TEST_EXPECT(start(NULL) == 0);
	TEST_EXPECT(may(CAP_EFFECTIVE));
	return 0;
}

static int
reloads_blind(void *argument)
{
	struct psd_diag diag;

	(void)argument;
	TEST_EXPECT(start(NULL) == 0);
	is_blind = true;
	TEST_EXPECT(psd_caps_raise() == -ENOMEM);
	psd_diag_init(&diag);
	TEST_EXPECT(psd_caps_missing(NULL, 0, &diag) == -ENOMEM);
	psd_diag_free(&diag);
	TEST_EXPECT(lower() == -ENOMEM);
	is_blind = false;
	TEST_EXPECT(may(CAP_PERMITTED) && may(CAP_EFFECTIVE));
	return 0;
}

static void
start_without_a_look_at_them_fails_and_keeps_all(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(starts_blind, NULL)),
	    0);
}

static void
reload_without_a_look_at_them_fails_and_keeps_all(void **state)
{
	(void)state;
	assert_int_equal(test_child_exit_status(
			     test_child_start(reloads_blind, NULL)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    start_without_a_look_at_them_fails_and_keeps_all),
		cmocka_unit_test(
		    reload_without_a_look_at_them_fails_and_keeps_all),
	};

	if (!may(CAP_PERMITTED)) {
		puts("1..0 # SKIP no capabilities to drop");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
