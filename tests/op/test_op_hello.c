/* SPDX-License-Identifier: ISC */
#include "tests/support/op_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A rig whose helper has not said hello: op_rig_start() has, so undo it. */
static void
start_silent(struct op_rig *rig)
{
	op_rig_start(rig, NULL, "");
	rig->instance->first.has_greeted = false;
}

static void
the_reply_names_version_and_service(void **state)
{
	struct psd_hello_req req = { .oldest = 1, .newest = 99 };
	struct psd_hello_rep rep;
	struct op_rig rig;

	(void)state;
	start_silent(&rig);
	assert_int_equal(op_rig_ask(&rig, PSD_OP_hello, &req, &rep), 0);
	assert_int_equal(rep.version, PSD_PROTOCOL);
	assert_string_equal(rep.service.at, "rig");
	assert_true(rig.instance->first.has_greeted);
	op_rig_stop(&rig);
}

static void
versions_that_do_not_meet_are_refused_without_a_weaker_mode(void **state)
{
	static const uint32_t ranges[][2] = { { 2, 9 }, { 0, 0 },
		{ UINT32_MAX, UINT32_MAX }, { 9, 2 }, { UINT32_MAX, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct psd_hello_req req = { .oldest = ranges[i][0],
			.newest = ranges[i][1] };
		struct psd_hello_rep rep;
		struct op_rig rig;

		start_silent(&rig);
		assert_int_equal(op_rig_ask(&rig, PSD_OP_hello, &req, &rep),
		    -EPROTONOSUPPORT);
		assert_false(rig.instance->first.has_greeted);
		op_rig_stop(&rig);
	}
}

static void
a_request_before_hello_ends_the_conversation(void **state)
{
	(void)state;
	for (size_t i = 0; i < psd_op_count; i++) {
		const enum psd_op op = psd_op_rows[i].op;
		unsigned char record[PSD_FRAME_HEADER] = { 1, 0,
			(unsigned char)op, 0 };
		struct op_rig rig;

		if (op == PSD_OP_hello)
			continue;
		start_silent(&rig);
		op_rig_send_raw(&rig, record, sizeof(record));
		assert_true(op_rig_is_broken(&rig));
		op_rig_stop(&rig);
	}
}

static void
a_second_hello_ends_the_conversation(void **state)
{
	struct psd_hello_req req = { .oldest = 1, .newest = 1 };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	(void)op_rig_send(&rig, PSD_OP_hello, &req);
	assert_true(op_rig_is_broken(&rig));
	op_rig_stop(&rig);
}

static void
an_unknown_operation_ends_the_conversation(void **state)
{
	static const unsigned numbers[] = { 0, 9, 255, 999, 1000, 1004, 65535 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const unsigned n = numbers[i];
		unsigned char record[PSD_FRAME_HEADER] = { 1, 0,
			(unsigned char)n, (unsigned char)(n >> 8) };
		struct op_rig rig;

		op_rig_start(&rig, NULL, "");
		op_rig_send_raw(&rig, record, sizeof(record));
		assert_true(op_rig_is_broken(&rig));
		op_rig_stop(&rig);
	}
}

static void
a_reply_or_a_status_from_the_helper_ends_the_conversation(void **state)
{
	static const unsigned char records[][PSD_FRAME_HEADER] = {
		{ 2, 0, 2, 0 },
		{ 0, 0, 2, 0 },
		{ 3, 0, 2, 0 },
		{ 1, 0, 2, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff },
		{ 1, 0, 2, 0, 0, 0, 0, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct op_rig rig;

		op_rig_start(&rig, NULL, "");
		op_rig_send_raw(&rig, records[i], sizeof(records[i]));
		assert_true(op_rig_is_broken(&rig));
		op_rig_stop(&rig);
	}
}

static void
an_empty_record_ends_the_conversation(void **state)
{
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	op_rig_send_raw(&rig, "", 0);
	assert_true(op_rig_is_broken(&rig));
	op_rig_stop(&rig);
}

static void
a_record_larger_than_a_frame_ends_the_conversation(void **state)
{
	static unsigned char record[PSD_FRAME_MAX + 1] = { 1, 0, 2, 0 };
	struct op_rig rig;

	(void)state;
	op_rig_start(&rig, NULL, "");
	op_rig_send_raw(&rig, record, sizeof(record));
	assert_true(op_rig_is_broken(&rig));
	op_rig_stop(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reply_names_version_and_service),
		cmocka_unit_test(
		    versions_that_do_not_meet_are_refused_without_a_weaker_mode),
		cmocka_unit_test(a_request_before_hello_ends_the_conversation),
		cmocka_unit_test(a_second_hello_ends_the_conversation),
		cmocka_unit_test(an_unknown_operation_ends_the_conversation),
		cmocka_unit_test(
		    a_reply_or_a_status_from_the_helper_ends_the_conversation),
		cmocka_unit_test(an_empty_record_ends_the_conversation),
		cmocka_unit_test(
		    a_record_larger_than_a_frame_ends_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
