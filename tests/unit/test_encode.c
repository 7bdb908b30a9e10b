/* SPDX-License-Identifier: ISC */
/* What is not encoded, and what becomes of the descriptors then. */
#include "tests/support/fds.h"
#include "tests/unit/codec_fixture.h"

static struct psd_frame frame;

/* One field of each kind, and values on either side of its bounds. */
struct one_u32 {
	uint32_t value;
};
struct one_str {
	struct psd_str value;
};
struct one_bytes {
	struct psd_bytes value;
};

static int
encode_one(enum psd_kind kind, void *fields)
{
	const struct psd_field layout[] = { { kind, 0, "value" },
		{ PSD_KIND_end, 0, NULL } };
	const struct psd_op_row row = { .op = PSD_OP_ping,
		.name = "test",
		.req = layout,
		.rep = layout };
	int r;

	psd_frame_init(&frame);
	r = psd_encode_request(&frame, &row, 1, fields);
	if (r < 0) {
		assert_int_equal(frame.len, 0);
		assert_int_equal(frame.n_fds, 0);
	}
	return r;
}

static void
value_that_a_kind_does_not_know_is_not_encoded(void **state)
{
	static const struct {
		enum psd_kind kind;
		uint32_t value;
		int r;
	} cases[] = {
		{ PSD_KIND_number, UINT32_MAX, 0 },
		{ PSD_KIND_mode, 0777, 0 },
		{ PSD_KIND_mode, 01000, -EINVAL },
		{ PSD_KIND_access, PSD_ACCESS_ALL, 0 },
		{ PSD_KIND_access, 0, -EINVAL },
		{ PSD_KIND_access, PSD_ACCESS_ALL + 1, -EINVAL },
		{ PSD_KIND_priority, 7, 0 },
		{ PSD_KIND_priority, 8, -EINVAL },
		{ PSD_KIND_operation, PSD_OP_hello, 0 },
		{ PSD_KIND_operation, 0, -EINVAL },
		{ PSD_KIND_operation, PSD_OP_ctl_status, -EINVAL },
		{ PSD_KIND_operation, UINT32_MAX, -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct one_u32 fields = { cases[i].value };

		assert_int_equal(encode_one(cases[i].kind, &fields),
		    cases[i].r);
	}
}

static void
string_beyond_its_bound_is_not_encoded(void **state)
{
	static const struct {
		enum psd_kind kind;
		uint32_t len;
		int r;
	} cases[] = {
		{ PSD_KIND_path, 0, 0 },
		{ PSD_KIND_path, PSD_PATH_MAX, 0 },
		{ PSD_KIND_path, PSD_PATH_MAX + 1, -EMSGSIZE },
		{ PSD_KIND_name, PSD_NAME_MAX, 0 },
		{ PSD_KIND_name, PSD_NAME_MAX + 1, -EMSGSIZE },
		{ PSD_KIND_text, PSD_TEXT_MAX, 0 },
		{ PSD_KIND_text, PSD_TEXT_MAX + 1, -EMSGSIZE },
		{ PSD_KIND_text, 65536, -EMSGSIZE },
		{ PSD_KIND_text, UINT32_MAX, -EMSGSIZE },
		{ PSD_KIND_bytes, 0, 0 },
		{ PSD_KIND_bytes, PSD_BYTES_MAX, 0 },
		{ PSD_KIND_bytes, PSD_BYTES_MAX + 1, -EMSGSIZE },
		{ PSD_KIND_bytes, UINT32_MAX, -EMSGSIZE },
	};
	static char text[65536];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		struct one_str str = { { text, cases[i].len } };
		struct one_bytes bytes = { { (unsigned char *)text,
		    cases[i].len } };
		const bool is_bytes = cases[i].kind == PSD_KIND_bytes;

		assert_int_equal(encode_one(cases[i].kind,
				     is_bytes ? (void *)&bytes : (void *)&str),
		    cases[i].r);
	}
}

static void
string_with_a_nul_inside_is_not_encoded(void **state)
{
	struct one_str fields = { { "ab\0cd", 5 } };

	(void)state;
	assert_true(encode_one(PSD_KIND_text, &fields) < 0);
	fields.value.len = 3;
	assert_true(encode_one(PSD_KIND_text, &fields) < 0);
	fields.value.len = 2;
	assert_int_equal(encode_one(PSD_KIND_text, &fields), 0);
}

struct fd_text_fd {
	int first;
	struct psd_str text;
	int second;
};

/* Both descriptors move although the second comes after the fault. */
static void
failed_encoding_has_taken_every_descriptor(void **state)
{
	static const struct psd_field layout[] = {
		{ PSD_KIND_fd, offsetof(struct fd_text_fd, first), "first" },
		{ PSD_KIND_name, offsetof(struct fd_text_fd, text), "text" },
		{ PSD_KIND_fd, offsetof(struct fd_text_fd, second), "second" },
		{ PSD_KIND_end, 0, NULL },
	};
	static const struct psd_op_row row = { .op = PSD_OP_ping,
		.name = "test",
		.req = layout,
		.rep = layout };
	const size_t before = test_fds_count();
	struct fd_text_fd fields = { any_descriptor(), { "a\0b", 3 },
		any_descriptor() };

	(void)state;
	psd_frame_init(&frame);
	assert_true(psd_encode_reply(&frame, &row, 1, &fields) < 0);
	assert_int_equal(fields.first, PSD_NO_FD);
	assert_int_equal(fields.second, PSD_NO_FD);
	assert_int_equal(frame.n_fds, 0);
	assert_int_equal(test_fds_count(), before);
}

static void
descriptor_field_without_one_is_not_encoded(void **state)
{
	int none = PSD_NO_FD;

	(void)state;
	assert_true(encode_one(PSD_KIND_fd, &none) < 0);
	assert_int_equal(none, PSD_NO_FD);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    value_that_a_kind_does_not_know_is_not_encoded),
		cmocka_unit_test(string_beyond_its_bound_is_not_encoded),
		cmocka_unit_test(string_with_a_nul_inside_is_not_encoded),
		cmocka_unit_test(failed_encoding_has_taken_every_descriptor),
		cmocka_unit_test(descriptor_field_without_one_is_not_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
