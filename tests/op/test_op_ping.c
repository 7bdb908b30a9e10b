/* SPDX-License-Identifier: ISC */
#include "tests/support/op_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
the_cookie_comes_back_as_it_was(void **state)
{
	static const uint64_t cookies[] = { 0, 1, UINT64_C(1) << 63,
		UINT64_MAX };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
		struct psd_ping_req req = { .cookie = cookies[i] };
		struct psd_ping_rep rep;

		assert_int_equal(op_rig_ask(&rig, PSD_OP_ping, &req, &rep), 0);
		assert_int_equal(rep.cookie, cookies[i]);
	}
	op_rig_stop(&rig);
}

static void
a_hundred_pings_in_flight_are_answered_in_order(void **state)
{
	uint32_t ids[100];
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	for (uint32_t i = 0; i < 100; i++) {
		struct psd_ping_req req = { .cookie = i };

		ids[i] = op_rig_send(&rig, PSD_OP_ping, &req);
	}
	for (uint32_t i = 0; i < 100; i++) {
		struct psd_ping_rep rep;

		assert_int_equal(op_rig_take(&rig, PSD_OP_ping, ids[i], &rep),
		    0);
		assert_int_equal(rep.cookie, i);
	}
	op_rig_stop(&rig);
}

static void
a_malformed_ping_ends_the_conversation(void **state)
{
	struct psd_ping_req req = { .cookie = 7 };

	(void)state;
	op_rig_check_malformed("", PSD_OP_ping, &req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cookie_comes_back_as_it_was),
		cmocka_unit_test(
		    a_hundred_pings_in_flight_are_answered_in_order),
		cmocka_unit_test(a_malformed_ping_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
