/* SPDX-License-Identifier: ISC */
/*
 * What no operation asks for, or no peer answers: fields that are too many for
 * one frame, or have no value of theirs, encoded and printed.
 */
#include "common/codec.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/ops.h"
#include "common/print.h"
#include "tests/support/fds.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct psd_frame frame;

/* The structure of a request whose layouts stand below. */
struct fields {
	struct psd_bytes first, second;
	struct psd_endpoint endpoint;
	struct psd_fds fds;
	uint32_t number;
	int fd;
};

#define FIELD(kind, name) \
	{ \
		PSD_KIND_##kind, offsetof(struct fields, name), #name \
	}
#define END \
	{ \
		PSD_KIND_end, 0, NULL \
	}

static const struct psd_field bytes_twice[] = { FIELD(bytes, first),
	FIELD(bytes, second), END };
static const struct psd_field one_descriptor[] = { FIELD(fd, fd), END };
static const struct psd_field descriptors[] = { FIELD(fds, fds), END };
static const struct psd_field descriptors_and_one[] = { FIELD(fds, fds),
	FIELD(fd, fd), END };

static struct fields
no_fields(void)
{
	struct fields fields;

	memset(&fields, 0, sizeof(fields));
	fields.fd = PSD_NO_FD;
	for (size_t i = 0; i < PSD_ELEMENTS(fields.fds.at); i++)
		fields.fds.at[i] = PSD_NO_FD;
	return fields;
}

static int
encode(const struct psd_field *layout, struct fields *fields)
{
	const struct psd_op_row row = { .op = PSD_OP_ping, .req = layout };

	psd_frame_init(&frame);
	return psd_encode_request(&frame, &row, 1, fields);
}

static void
what_does_not_fit_into_a_frame_is_refused(void **state)
{
	static const unsigned char bytes[PSD_BYTES_MAX + 1];
	struct fields fields = no_fields();

	(void)state;
	fields.first = (struct psd_bytes){ bytes, PSD_BYTES_MAX };
	fields.second = (struct psd_bytes){ bytes, 16 };
	assert_int_equal(encode(bytes_twice, &fields), 0);
	fields.second.len = PSD_BYTES_MAX;
	assert_int_equal(encode(bytes_twice, &fields), -EMSGSIZE);
	assert_int_equal(frame.len, 0);
	fields.second.len = PSD_BYTES_MAX + 1;
	assert_int_equal(encode(bytes_twice, &fields), -EMSGSIZE);
	/* Up to the very end, where no length of the next has room. */
	fields.second.len = PSD_FRAME_MAX - PSD_FRAME_HEADER - PSD_BYTES_MAX -
	    2 * (uint32_t)sizeof(uint32_t);
	assert_int_equal(encode(bytes_twice, &fields), 0);
	assert_int_equal(frame.len, PSD_FRAME_MAX);
	fields.second.len++;
	assert_int_equal(encode(bytes_twice, &fields), -EMSGSIZE);
}

/* Each place in a layout, until the frame is full. */
static void
field_of_any_kind_behind_a_full_frame_is_refused(void **state)
{
	static const struct psd_field last[] = { FIELD(endpoint, endpoint),
		FIELD(number, number), FIELD(fds, fds), FIELD(bytes, second) };
	static const unsigned char bytes[PSD_BYTES_MAX];

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(last); i++) {
		const struct psd_field layout[] = {
			FIELD(bytes, first),
			FIELD(bytes, first),
			last[i],
			END
		};
		struct fields fields = no_fields();

		fields.endpoint.family = PSD_FAMILY_INET;
		fields.first = (struct psd_bytes){ bytes,
			(PSD_FRAME_MAX - PSD_FRAME_HEADER) / 2 -
			    (uint32_t)sizeof(uint32_t) };
		assert_int_equal(encode(layout, &fields), -EMSGSIZE);
	}
}

static void
descriptors_are_taken_all_or_closed(void **state)
{
	const size_t before = test_fds_count();
	struct fields fields = no_fields();

	(void)state;
	assert_int_equal(encode(one_descriptor, &fields), -EMSGSIZE);
	fields.fds.n = 1;
	assert_int_equal(encode(descriptors, &fields), -EMSGSIZE);
	fields = no_fields();
	fields.fds.n = PSD_FDS_MAX;
	for (size_t i = 0; i < PSD_FDS_MAX; i++)
		fields.fds.at[i] = dup(STDIN_FILENO);
	assert_int_equal(encode(descriptors, &fields), 0);
	assert_int_equal(frame.n_fds, PSD_FDS_MAX);
	psd_encode_undo(&frame, descriptors, &fields);
	assert_int_equal(frame.n_fds, 0);
	fields.fd = dup(STDIN_FILENO);
	assert_int_equal(encode(descriptors_and_one, &fields), -EMSGSIZE);
	assert_int_equal(test_fds_count(), before);
}

static void
value_without_a_name_is_printed_as_a_number(void **state)
{
	static const struct {
		enum psd_kind kind;
		uint32_t value;
		const char *shown;
	} cases[] = {
		{ PSD_KIND_priority, 6, "info" },
		{ PSD_KIND_priority, 8, "8" },
		{ PSD_KIND_operation, PSD_OP_ping, "ping" },
		{ PSD_KIND_operation, 60000, "operation 60000" },
		{ PSD_KIND_protocol, PSD_PROTOCOL_UDP, "udp" },
		{ PSD_KIND_protocol, 77, "77" },
		{ PSD_KIND_family, 99, "99" },
		{ PSD_KIND_permissions, 0640, "0640" },
		{ PSD_KIND_fds, 3, "3 descriptors" },
		{ PSD_KIND_end, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(cases); i++) {
		char shown[64] = "";
		struct psd_fds fds = { .n = cases[i].value };

		(void)psd_print_field(shown, sizeof(shown), cases[i].kind,
		    cases[i].kind == PSD_KIND_fds
			? (const void *)&fds
			: (const void *)&cases[i].value);
		if (strcmp(shown, cases[i].shown) != 0)
			fail_msg("%u is %s", cases[i].value, shown);
	}
}

static void
string_that_is_none_is_printed_empty(void **state)
{
	const struct psd_str none = { NULL, 7 };
	char shown[64];

	(void)state;
	(void)psd_print_field(shown, sizeof(shown), PSD_KIND_path, &none);
	assert_string_equal(shown, "\"\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_into_a_frame_is_refused),
		cmocka_unit_test(
		    field_of_any_kind_behind_a_full_frame_is_refused),
		cmocka_unit_test(descriptors_are_taken_all_or_closed),
		cmocka_unit_test(value_without_a_name_is_printed_as_a_number),
		cmocka_unit_test(string_that_is_none_is_printed_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
