/* SPDX-License-Identifier: ISC */
/* The catalogues themselves, and how rows are found. */
#include "tests/unit/codec_fixture.h"

static void
numbers_ascend_below_those_of_control(void **state)
{
	uint32_t last = 0;

	(void)state;
	for (size_t i = 0; i < psd_op_count; i++) {
		const uint32_t number = (uint32_t)psd_op_rows[i].op;

		assert_true(number > last);
		assert_true(number < PSD_OPS_END);
		last = number;
	}
}

static void
every_row_is_found_by_number_and_by_name(void **state)
{
	(void)state;
	assert_true(psd_op_count > 0);
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_op_row *row = &psd_op_rows[i];

		assert_ptr_equal(psd_op_find((uint32_t)row->op), row);
		assert_ptr_equal(psd_op_find_name(row->name, strlen(row->name)),
		    row);
		assert_true(strlen(row->name) <= PSD_NAME_MAX);
		assert_true(strlen(row->text) > 0);
	}
}

/* A number that is neither below nor above by accident finds nothing. */
static void
unknown_number_finds_nothing(void **state)
{
	size_t found = 0, found_control = 0;

	(void)state;
	for (uint32_t number = 0; number <= UINT16_MAX; number++) {
		const struct psd_op_row *row = psd_op_find(number);
		const struct psd_op_row *control = psd_ctl_find(number);

		assert_true(row == NULL || control == NULL);
		assert_true(row == NULL || (uint32_t)row->op == number);
		assert_true(control == NULL || number >= PSD_OPS_END);
		found += row != NULL;
		found_control += control != NULL;
	}
	assert_int_equal(found, psd_op_count);
	assert_true(found_control > 0);
	assert_null(psd_op_find(UINT32_MAX));
	assert_null(psd_op_find(1u << 31));
	assert_null(psd_op_find((1u << 16) + PSD_OP_open));
	assert_null(psd_ctl_find(UINT32_MAX));
	assert_null(psd_ctl_find((1u << 16) + PSD_OP_ctl_status));
}

static void
name_is_found_only_whole(void **state)
{
	(void)state;
	assert_null(psd_op_find_name("open", 3));
	assert_null(psd_op_find_name("", 0));
	assert_null(psd_op_find_name("Open", 4));
	assert_null(psd_op_find_name("open\0", 5));
	assert_null(psd_op_find_name("ctl_status", 10));
	/* What follows behind the length does not count. */
	assert_non_null(psd_op_find_name("opening", 4));
}

static void
few_rows_are_free_and_none_is_privileged(void **state)
{
	(void)state;
	for (size_t i = 0; i < psd_op_count; i++) {
		const struct psd_op_row *row = &psd_op_rows[i];

		assert_int_equal(row->is_free,
		    row->op == PSD_OP_hello || row->op == PSD_OP_ping ||
			row->op == PSD_OP_restrict ||
			row->op == PSD_OP_narrow || row->op == PSD_OP_phase ||
			row->op == PSD_OP_wait_program ||
			row->op == PSD_OP_kill_program);
		/* Rights have a bit for each. */
		assert_in_range(row->op, 1, 63);
		assert_false(row->is_privileged);
	}
	assert_true(psd_ctl_find(PSD_OP_ctl_reload)->is_privileged);
	assert_true(psd_ctl_find(PSD_OP_ctl_stop)->is_privileged);
	assert_false(psd_ctl_find(PSD_OP_ctl_status)->is_privileged);
	assert_false(psd_ctl_find(PSD_OP_ctl_explain)->is_privileged);
}

static size_t
largest(enum psd_kind kind)
{
	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_permissions:
		return 4;
	case PSD_KIND_endpoint:
		return PSD_ENDPOINT_LEN;
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
		return 8;
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		return 2 + psd_kind_string_max(kind) + 1;
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		return 4 + PSD_BYTES_MAX;
	case PSD_KIND_fds:
		return 4;
	case PSD_KIND_fd:
	case PSD_KIND_end:
		break;
	}
	return 0;
}

/* Fields are walked by their offsets, so none may lie outside. */
static void
fields_lie_inside_their_structures(void **state)
{
	struct message message = { NULL, false };

	(void)state;
	while (next_message(&message)) {
		assert_true(count_fds(layout_of(&message)) <= PSD_FDS_MAX);
		assert_true(size_of(&message) <= sizeof(union any_fields));
		for (const struct psd_field *f = layout_of(&message);
		     f->kind != PSD_KIND_end; f++) {
			assert_non_null(f->name);
			assert_true(f->offset < size_of(&message));
		}
	}
}

/* What a helper may say by the kinds' bounds it can also send. */
static void
largest_message_of_a_helper_fits_a_frame(void **state)
{
	struct message message = { NULL, false };

	(void)state;
	while (next_message(&message)) {
		size_t size = PSD_FRAME_HEADER;

		for (const struct psd_field *f = layout_of(&message);
		     f->kind != PSD_KIND_end; f++)
			size += largest(f->kind);
		if ((uint32_t)message.row->op < PSD_OPS_END)
			assert_true(size <= PSD_FRAME_MAX);
	}
}

static void
key_of_an_operation_is_its_name_in_capitals(void **state)
{
	char key[PSD_NAME_MAX + 1];

	(void)state;
	psd_op_key(psd_op_find(PSD_OP_read_directory), key, sizeof(key));
	assert_string_equal(key, "ReadDirectory");
	psd_op_key(psd_op_find(PSD_OP_open), key, sizeof(key));
	assert_string_equal(key, "Open");
}

static void
key_is_cut_where_there_is_no_room(void **state)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_read_directory);
	char key[16];

	(void)state;
	for (size_t size = 1; size < sizeof(key); size++) {
		memset(key, '#', sizeof(key));
		psd_op_key(row, key, size);
		assert_int_equal(strlen(key),
		    size - 1 < strlen("ReadDirectory")
			? size - 1
			: strlen("ReadDirectory"));
		assert_memory_equal(key, "ReadDirectory", strlen(key));
		assert_int_equal(key[size], '#');
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_ascend_below_those_of_control),
		cmocka_unit_test(every_row_is_found_by_number_and_by_name),
		cmocka_unit_test(unknown_number_finds_nothing),
		cmocka_unit_test(name_is_found_only_whole),
		cmocka_unit_test(few_rows_are_free_and_none_is_privileged),
		cmocka_unit_test(fields_lie_inside_their_structures),
		cmocka_unit_test(largest_message_of_a_helper_fits_a_frame),
		cmocka_unit_test(key_of_an_operation_is_its_name_in_capitals),
		cmocka_unit_test(key_is_cut_where_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
