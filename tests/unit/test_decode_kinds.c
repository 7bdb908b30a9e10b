/* SPDX-License-Identifier: ISC */
/* Fields of each kind that no honest side sends: each is refused. */
#include "tests/unit/decode_fixture.h"

/* A frame whose body is what a test puts there. */
static unsigned char *
begin_body(void)
{
	psd_frame_init(&frame);
	frame.type = PSD_FRAME_REQUEST;
	frame.op = PSD_OP_ping;
	memset(frame.bytes, 'x', sizeof(frame.bytes));
	frame.len = PSD_FRAME_HEADER;
	return frame.bytes + PSD_FRAME_HEADER;
}

static void
number_outside_its_kind_is_refused(void **state)
{
	static const struct {
		enum psd_kind kind;
		uint32_t value;
		bool good;
	} cases[] = {
		{ PSD_KIND_number, 0, true },
		{ PSD_KIND_number, UINT32_MAX, true },
		{ PSD_KIND_family, 0, true },
		{ PSD_KIND_family, 4, true },
		{ PSD_KIND_family, 6, true },
		{ PSD_KIND_family, 2, false },
		{ PSD_KIND_family, 10, false },
		{ PSD_KIND_mode, 0, true },
		{ PSD_KIND_mode, 0777, true },
		{ PSD_KIND_mode, 01000, false },
		{ PSD_KIND_mode, 04755, false },
		{ PSD_KIND_mode, 0100644, false },
		{ PSD_KIND_mode, UINT32_MAX, false },
		{ PSD_KIND_access, 0, false },
		{ PSD_KIND_access, PSD_ACCESS_READ, true },
		{ PSD_KIND_access, PSD_ACCESS_ALL, true },
		{ PSD_KIND_access, PSD_ACCESS_ALL + 1, false },
		{ PSD_KIND_access, PSD_ACCESS_READ | 1u << 31, false },
		{ PSD_KIND_priority, 0, true },
		{ PSD_KIND_priority, 7, true },
		{ PSD_KIND_priority, 8, false },
		{ PSD_KIND_priority, UINT32_MAX, false },
		{ PSD_KIND_operation, PSD_OP_hello, true },
		{ PSD_KIND_operation, PSD_OP_read_directory, true },
		{ PSD_KIND_operation, 0, false },
		{ PSD_KIND_operation, PSD_OPS_END - 1, false },
		{ PSD_KIND_operation, PSD_OP_ctl_status, false },
		{ PSD_KIND_operation, PSD_OP_hello + (1u << 16), false },
		{ PSD_KIND_operation, UINT32_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		const struct psd_field layout[] = {
			{ cases[i].kind, 0, "value" }, { PSD_KIND_end, 0, NULL }
		};
		uint32_t value = 1234;

		put(begin_body(), cases[i].value, 4);
		frame.len += 4;
		if (!cases[i].good) {
			assert_refused(layout, sizeof(value));
			continue;
		}
		assert_int_equal(psd_decode(&frame, layout, sizeof(value),
				     &value),
		    0);
		assert_int_equal(value, cases[i].value);
	}
}

/*
 * What a string says of itself and what is there: present is how many bytes
 * follow the length, the closing NUL included, which is at the offset nul
 * (PSD_FRAME_MAX: nowhere).
 */
struct claim {
	enum psd_kind kind;
	uint32_t len, present, nul;
	bool good;
};

enum { NOWHERE = PSD_FRAME_MAX };

static const struct claim claims[] = {
	{ PSD_KIND_name, 0, 1, 0, true },
	{ PSD_KIND_name, 0, 0, NOWHERE, false },
	{ PSD_KIND_name, 0, 1, NOWHERE, false },
	{ PSD_KIND_name, 1, 2, 1, true },
	{ PSD_KIND_name, 1, 1, NOWHERE, false },
	{ PSD_KIND_name, 1, 2, NOWHERE, false },
	{ PSD_KIND_name, 1, 2, 0, false },
	{ PSD_KIND_name, 5, 6, 5, true },
	{ PSD_KIND_name, 5, 6, 4, false },
	{ PSD_KIND_name, 5, 6, 2, false },
	{ PSD_KIND_name, 5, 6, NOWHERE, false },
	{ PSD_KIND_name, 5, 5, 4, false },
	{ PSD_KIND_name, 5, 7, 6, false },
	{ PSD_KIND_name, 5, 7, 5, false },
	{ PSD_KIND_name, PSD_NAME_MAX, PSD_NAME_MAX + 1, PSD_NAME_MAX, true },
	{ PSD_KIND_name, PSD_NAME_MAX + 1, PSD_NAME_MAX + 2, PSD_NAME_MAX + 1,
	    false },
	{ PSD_KIND_name, UINT16_MAX, 10, 9, false },
	{ PSD_KIND_path, PSD_PATH_MAX, PSD_PATH_MAX + 1, PSD_PATH_MAX, true },
	{ PSD_KIND_path, PSD_PATH_MAX + 1, PSD_PATH_MAX + 2, PSD_PATH_MAX + 1,
	    false },
	{ PSD_KIND_path, UINT16_MAX, 16000, 15999, false },
	{ PSD_KIND_text, PSD_TEXT_MAX, PSD_TEXT_MAX + 1, PSD_TEXT_MAX, true },
	{ PSD_KIND_text, PSD_TEXT_MAX + 1, PSD_TEXT_MAX + 2, PSD_TEXT_MAX + 1,
	    false },
	{ PSD_KIND_text, UINT16_MAX, 16000, 15999, false },
};

static void
string_that_is_not_what_it_claims_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(claims); i++) {
		const struct claim *claim = &claims[i];
		const struct psd_field layout[] = { { claim->kind, 0, "value" },
			{ PSD_KIND_end, 0, NULL } };
		struct psd_str text = { NULL, 0 };
		unsigned char *body = begin_body();

		put(body, claim->len, 2);
		if (claim->nul != NOWHERE)
			body[2 + claim->nul] = '\0';
		frame.len += 2 + claim->present;
		if (!claim->good) {
			assert_refused(layout, sizeof(text));
			continue;
		}
		assert_int_equal(psd_decode(&frame, layout, sizeof(text),
				     &text),
		    0);
		assert_int_equal(text.len, claim->len);
		assert_int_equal(strlen(text.at), claim->len);
	}
}

static void
bytes_that_are_not_what_they_claim_are_refused(void **state)
{
	static const struct {
		uint32_t len, present;
		bool good;
	} cases[] = {
		{ 0, 0, true },
		{ 0, 1, false },
		{ 1, 0, false },
		{ 1, 1, true },
		{ 1, 2, false },
		{ PSD_BYTES_MAX, PSD_BYTES_MAX, true },
		{ PSD_BYTES_MAX, PSD_BYTES_MAX - 1, false },
		{ PSD_BYTES_MAX + 1, PSD_BYTES_MAX + 1, false },
		{ UINT16_MAX, 16000, false },
		{ 1u << 31, 16000, false },
		{ (1u << 31) + 4, 4, false },
		{ UINT32_MAX, 16000, false },
		{ UINT32_MAX, 0, false },
		{ UINT32_MAX - 3, 4, false },
	};
	static const struct psd_field layout[] = {
		{ PSD_KIND_bytes, 0, "value" }, { PSD_KIND_end, 0, NULL }
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct psd_bytes bytes = { NULL, 0 };

		put(begin_body(), cases[i].len, 4);
		frame.len += 4 + cases[i].present;
		if (!cases[i].good) {
			assert_refused(layout, sizeof(bytes));
			continue;
		}
		assert_int_equal(psd_decode(&frame, layout, sizeof(bytes),
				     &bytes),
		    0);
		assert_int_equal(bytes.len, cases[i].len);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_outside_its_kind_is_refused),
		cmocka_unit_test(string_that_is_not_what_it_claims_is_refused),
		cmocka_unit_test(
		    bytes_that_are_not_what_they_claim_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
