/* SPDX-License-Identifier: ISC */
/* Messages of the catalogues, spoilt in every way: each is refused whole. */
#include "tests/unit/decode_fixture.h"

static void
encode_good(const struct message *message)
{
	union any_fields fields;

	fill_fields(message, &fields);
	assert_int_equal(encode_message(&frame, message, 1, &fields), 0);
}

static void
no_truncated_body_is_decoded(void **state)
{
	struct message message = { NULL, false };

	(void)state;
	while (next_message(&message)) {
		encode_good(&message);
		while (frame.len > PSD_FRAME_HEADER) {
			frame.len--;
			assert_refused(layout_of(&message), size_of(&message));
		}
		psd_frame_clear(&frame);
	}
}

static void
frame_without_a_whole_header_is_not_decoded(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_accept);

	(void)state;
	psd_frame_init(&frame);
	for (frame.len = 0; frame.len < PSD_FRAME_HEADER; frame.len++)
		assert_refused(row->req, row->req_size);
}

static void
no_trailing_byte_is_passed_over(void **state)
{
	struct message message = { NULL, false };

	(void)state;
	while (next_message(&message)) {
		encode_good(&message);
		frame.bytes[frame.len++] = 0;
		assert_refused(layout_of(&message), size_of(&message));
		frame.bytes[frame.len++] = 1;
		assert_refused(layout_of(&message), size_of(&message));
		frame.len = PSD_FRAME_MAX;
		assert_refused(layout_of(&message), size_of(&message));
		psd_frame_clear(&frame);
	}
}

static void
descriptor_where_none_belongs_is_refused(void **state)
{
	struct message message = { NULL, false };

	(void)state;
	while (next_message(&message)) {
		encode_good(&message);
		while (frame.n_fds < PSD_FDS_MAX) {
			frame.fds[frame.n_fds++] = any_descriptor();
			assert_refused(layout_of(&message), size_of(&message));
		}
		psd_frame_clear(&frame);
	}
}

static void
missing_descriptor_is_refused(void **state)
{
	struct message message = { NULL, false };
	size_t n = 0;

	(void)state;
	while (next_message(&message)) {
		encode_good(&message);
		for (; frame.n_fds > 0; n++) {
			psd_fd_cleanup(&frame.fds[--frame.n_fds]);
			assert_refused(layout_of(&message), size_of(&message));
		}
		psd_frame_clear(&frame);
	}
	assert_true(n > 0);
}

/* No length, however it wraps, leads past the end of the frame. */
static void
every_length_field_is_checked_in_every_message(void **state)
{
	static const uint64_t values[] = { 0, 1, 254, 255, 256, 4094, 4095,
		4096, 4097, 12288, 12289, UINT16_MAX, 1u << 31, UINT32_MAX };
	struct message message = { NULL, false };

	(void)state;
	while (next_message(&message)) {
		uint32_t len;

		encode_good(&message);
		len = frame.len;
		for (uint32_t at = PSD_FRAME_HEADER; at < len; at++)
			for (size_t i = 0; i < PSD_ELEMENTS(values); i++) {
				unsigned char was[4];
				const size_t n = len - at < 4 ? len - at : 4;
				union any_fields fields;

				memcpy(was, frame.bytes + at, n);
				put(frame.bytes + at, values[i], n);
				if (psd_decode(&frame, layout_of(&message),
					size_of(&message), &fields) == 0) {
					psd_fields_release(layout_of(&message),
					    &fields);
					psd_frame_clear(&frame);
					encode_good(&message);
				}
				memcpy(frame.bytes + at, was, n);
			}
		psd_frame_clear(&frame);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_truncated_body_is_decoded),
		cmocka_unit_test(frame_without_a_whole_header_is_not_decoded),
		cmocka_unit_test(no_trailing_byte_is_passed_over),
		cmocka_unit_test(descriptor_where_none_belongs_is_refused),
		cmocka_unit_test(missing_descriptor_is_refused),
		cmocka_unit_test(
		    every_length_field_is_checked_in_every_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
