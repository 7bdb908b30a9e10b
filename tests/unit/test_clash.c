/* SPDX-License-Identifier: ISC */
/* What two policies cannot both have. */
#include "daemon/clash.h"
#include "tests/support/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
load(struct test_policy *ret, const char *lines)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "[Helper]\nExecStart=/bin/true\n%s\n[Policy]\n"
	    "SystemCallFilter=@helper\nAllowAccept=yes\n",
	    lines);
	test_policy_load(ret, text, 0);
	if (ret->policy == NULL)
		fail_msg("%s", ret->diag.text);
}

static void
what_an_earlier_policy_has_is_refused_to_a_later_one(void **state)
{
	static const struct {
		const char *earlier, *later;
		int result;
		const char *told; /* NULL: nothing */
	} rows[] = {
		{ "ListenStream=127.0.0.1:80", "ListenStream=127.0.0.1:81", 0,
		    NULL },
		{ "ListenStream=127.0.0.1:80\nListenStream=127.0.0.1:82",
		    "ListenStream=127.0.0.1:81\nListenStream=127.0.0.1:82",
		    -EINVAL,
		    "www.policy:4: ListenStream=127.0.0.1:82 is www.policy's "
		    "already\n" },
		{ "Clients=user:0\nProvides=a b", "Clients=user:0\nProvides=c",
		    0, NULL },
		{ "Clients=user:0\nProvides=a b",
		    "Clients=user:0\nProvides=c b", -EINVAL,
		    "www.policy:4: Provides=b is www.policy's already\n" },
		{ "ListenStream=127.0.0.1:80", "", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct test_policy earlier, later;
		struct psd_diag diag;

		load(&earlier, rows[i].earlier);
		load(&later, rows[i].later);
		psd_diag_init(&diag);
		assert_int_equal(psd_clash_check(earlier.policy, later.policy,
				     &diag),
		    rows[i].result);
		if (rows[i].told == NULL)
			assert_null(diag.text);
		else if (strstr(diag.text, rows[i].told) == NULL)
			fail_msg("%s", diag.text);
		psd_diag_free(&diag);
		test_policy_free(&earlier);
		test_policy_free(&later);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_an_earlier_policy_has_is_refused_to_a_later_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
