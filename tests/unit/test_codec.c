/* SPDX-License-Identifier: ISC */
/* What is encoded is what is decoded, for every row of the catalogues. */
#include "tests/support/fds.h"
#include "tests/unit/codec_fixture.h"

static struct psd_frame frame;

static void
assert_string(const void *at, const void *expected_at)
{
	struct psd_str text, expected;

	memcpy(&text, at, sizeof(text));
	memcpy(&expected, expected_at, sizeof(expected));
	assert_int_equal(text.len, expected.len);
	assert_memory_equal(text.at, expected.at, expected.len);
	assert_int_equal(text.at[text.len], '\0');
	assert_true((const unsigned char *)text.at > frame.bytes &&
	    (const unsigned char *)text.at < frame.bytes + frame.len);
}

static void
assert_bytes(const void *at, const void *expected_at)
{
	struct psd_bytes bytes, expected;

	memcpy(&bytes, at, sizeof(bytes));
	memcpy(&expected, expected_at, sizeof(expected));
	assert_int_equal(bytes.len, expected.len);
	assert_memory_equal(bytes.at, expected.at, expected.len);
}

static void
assert_fds(const void *at)
{
	struct psd_fds fds;

	memcpy(&fds, at, sizeof(fds));
	assert_int_equal(fds.n, SOME_FDS);
	for (uint32_t i = 0; i < fds.n; i++)
		assert_int_equal(fcntl(fds.at[i], F_GETFD), FD_CLOEXEC);
}

static void
assert_field(enum psd_kind kind, const void *at, const void *expected)
{
	int fd;

	switch (kind) {
	case PSD_KIND_number:
	case PSD_KIND_mode:
	case PSD_KIND_family:
	case PSD_KIND_access:
	case PSD_KIND_priority:
	case PSD_KIND_operation:
	case PSD_KIND_protocol:
	case PSD_KIND_permissions:
		assert_memory_equal(at, expected, 4);
		break;
	case PSD_KIND_wide:
	case PSD_KIND_moment:
	case PSD_KIND_offset:
	case PSD_KIND_owner:
		assert_memory_equal(at, expected, 8);
		break;
	case PSD_KIND_path:
	case PSD_KIND_setting:
	case PSD_KIND_label:
	case PSD_KIND_host:
	case PSD_KIND_site:
	case PSD_KIND_name:
	case PSD_KIND_text:
		assert_string(at, expected);
		break;
	case PSD_KIND_endpoint:
		assert_memory_equal(at, expected, sizeof(struct psd_endpoint));
		break;
	case PSD_KIND_bytes:
	case PSD_KIND_targets:
	case PSD_KIND_names:
	case PSD_KIND_ids:
		assert_bytes(at, expected);
		break;
	case PSD_KIND_fd:
		memcpy(&fd, at, sizeof(fd));
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		break;
	case PSD_KIND_fds:
		assert_fds(at);
		break;
	case PSD_KIND_end:
		fail();
	}
}

/* Encodes and decodes one message; the descriptors move with it. */
static void
go_round(const struct message *message)
{
	const struct psd_field *layout = layout_of(message);
	const size_t n_fds = count_fds(layout);
	const size_t before = test_fds_count();
	union any_fields fields, decoded;

	fill_fields(message, &fields);
	assert_int_equal(encode_message(&frame, message, 4711, &fields), 0);
	assert_int_equal(frame.type,
	    message->is_reply ? PSD_FRAME_REPLY : PSD_FRAME_REQUEST);
	assert_int_equal(frame.op, message->row->op);
	assert_int_equal(frame.id, 4711);
	assert_int_equal(frame.n_fds, n_fds);
	assert_int_equal(test_fds_count(), before + n_fds);
	assert_int_equal(psd_decode(&frame, layout, size_of(message), &decoded),
	    0);
	assert_int_equal(frame.n_fds, 0);
	for (const struct psd_field *f = layout; f->kind != PSD_KIND_end; f++)
		assert_field(f->kind, decoded.bytes + f->offset,
		    fields.bytes + f->offset);
	psd_fields_release(layout, &fields); /* which owns none any more */
	assert_int_equal(test_fds_count(), before + n_fds);
	psd_fields_release(layout, &decoded);
	psd_fields_release(layout, &decoded);
	psd_frame_clear(&frame);
	assert_int_equal(test_fds_count(), before);
}

static void
every_message_of_the_catalogues_goes_round(void **state)
{
	struct message message = { NULL, false };
	size_t n = 0;

	(void)state;
	for (; next_message(&message); n++)
		go_round(&message);
	assert_true(n > 2 * psd_op_count);
}

static void
open_request_has_the_documented_bytes(void **state)
{
	static const unsigned char expected[] = {
		1, 0,                        /* request */
		6, 0,                        /* open */
		0xef, 0xbe, 0xad, 0xde,      /* id */
		0, 0, 0, 0,                  /* status */
		9, 0, 0, 0,                  /* read, create */
		4, 0, '/', 'e', 't', 'c', 0, /* path */
		0xa4, 1, 0, 0,               /* mode */
	};
	struct psd_open_req req = { .access =
					PSD_ACCESS_READ | PSD_ACCESS_CREATE,
		.path = psd_str_of("/etc"),
		.mode = 0644 };

	(void)state;
	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, psd_op_find(PSD_OP_open),
			     0xdeadbeef, &req),
	    0);
	assert_int_equal(frame.len, sizeof(expected));
	assert_memory_equal(frame.bytes, expected, sizeof(expected));
}

static void
directory_reply_has_the_documented_bytes(void **state)
{
	static const unsigned char expected[] = {
		2, 0,                    /* reply */
		8, 0,                    /* read_directory */
		1, 0, 0, 0,              /* id */
		0, 0, 0, 0,              /* status */
		3, 0, 0, 0, 'a', 0, 'b', /* entries */
		0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* cursor */
	};
	struct psd_read_directory_rep rep = {
		.entries = { (const unsigned char *)"a\0b", 3 },
		.cursor = UINT64_MAX - 1
	};

	(void)state;
	psd_frame_init(&frame);
	assert_int_equal(psd_encode_reply(&frame,
			     psd_op_find(PSD_OP_read_directory), 1, &rep),
	    0);
	assert_int_equal(frame.len, sizeof(expected));
	assert_memory_equal(frame.bytes, expected, sizeof(expected));
}

static void
status_is_a_reply_without_a_body(void **state)
{
	static const unsigned char expected[] = { 2, 0, 6, 0, 5, 0, 0, 0, 0xff,
		0xff, 0xff, 0xff };

	(void)state;
	psd_frame_init(&frame);
	psd_encode_status(&frame, PSD_OP_open, 5, -EPERM);
	assert_int_equal(frame.type, PSD_FRAME_REPLY);
	assert_int_equal(frame.status, -EPERM);
	assert_int_equal(frame.n_fds, 0);
	assert_int_equal(frame.len, sizeof(expected));
	assert_memory_equal(frame.bytes, expected, sizeof(expected));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_of_the_catalogues_goes_round),
		cmocka_unit_test(open_request_has_the_documented_bytes),
		cmocka_unit_test(directory_reply_has_the_documented_bytes),
		cmocka_unit_test(status_is_a_reply_without_a_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
