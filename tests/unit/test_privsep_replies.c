/* SPDX-License-Identifier: ISC */
#include "tests/unit/privsep_raw_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* What may come back for open("/x"): everything but the last row is wrong. */
static const struct {
	const char *what;
	uint16_t type, op;
	uint32_t id;
	int32_t status;
	size_t len; /* bytes of body */
	size_t n_fds;
	int result;
} replies[] = {
	{ "a request", 1, PSD_OP_open, 2, 0, 0, 1, -EPROTO },
	{ "no type", 0, PSD_OP_open, 2, 0, 0, 1, -EPROTO },
	{ "an unknown type", 3, PSD_OP_open, 2, 0, 0, 1, -EPROTO },
	{ "another operation", 2, PSD_OP_accept, 2, 0, 4, 1, -EPROTO },
	{ "no operation", 2, 0, 2, 0, 0, 1, -EPROTO },
	{ "an old id", 2, PSD_OP_open, 1, 0, 0, 1, -EPROTO },
	{ "an id to come", 2, PSD_OP_open, 3, 0, 0, 1, -EPROTO },
	{ "id 0", 2, PSD_OP_open, 0, 0, 0, 1, -EPROTO },
	{ "a count as status", 2, PSD_OP_open, 2, 7, 0, 0, -EPROTO },
	{ "no errno", 2, PSD_OP_open, 2, -4096, 0, 0, -EPROTO },
	{ "the lowest status", 2, PSD_OP_open, 2, INT32_MIN, 0, 0, -EPROTO },
	{ "a refusal with a body", 2, PSD_OP_open, 2, -EPERM, 1, 0, -EPROTO },
	{ "a refusal with a descriptor", 2, PSD_OP_open, 2, -EPERM, 0, 1,
	    -EPROTO },
	{ "no descriptor", 2, PSD_OP_open, 2, 0, 0, 0, -EPROTO },
	{ "two descriptors", 2, PSD_OP_open, 2, 0, 0, 2, -EPROTO },
	{ "five descriptors", 2, PSD_OP_open, 2, 0, 0, 5, -EPROTO },
	{ "a flood of descriptors", 2, PSD_OP_open, 2, 0, 0, 16, -EPROTO },
	{ "a byte too many", 2, PSD_OP_open, 2, 0, 1, 1, -EPROTO },
	{ "too long a record", 2, PSD_OP_open, 2, 0,
	    PSD_FRAME_MAX - PSD_FRAME_HEADER + 1, 1, -EPROTO },
	{ "a refusal", 2, PSD_OP_open, 2, -EPERM, 0, 0, -EPERM },
	{ "the last errno", 2, PSD_OP_open, 2, -4095, 0, 0, -4095 },
};

static void
a_malformed_reply_ends_the_conversation(void **state)
{
	static const unsigned char body[PSD_FRAME_MAX];
	int fds[TEST_RAW_FDS];

	(void)state;
	for (size_t i = 0; i < TEST_RAW_FDS; i++)
		fds[i] = STDIN_FILENO;
	for (size_t i = 0; i < PSD_ELEMENTS(replies); i++) {
		struct talk t;
		int r;

		begin(&t);
		send_record(t.daemon, replies[i].type, replies[i].op,
		    replies[i].id, replies[i].status, body, replies[i].len, fds,
		    replies[i].n_fds);
		r = privsep_open(t.conversation, "/x", O_RDONLY, 0);
		if (r != replies[i].result)
			fail_msg("%s: %d", replies[i].what, r);
		if (r == -EPROTO) {
			/* For good, and the daemon learns it at once. */
			assert_int_equal(privsep_ping(t.conversation), -EPROTO);
			assert_int_equal(send(t.daemon, "", 1, MSG_NOSIGNAL),
			    -1);
			assert_int_equal(errno, EPIPE);
		}
		finish(&t);
	}
}

static void
a_short_record_or_an_empty_one_ends_the_conversation(void **state)
{
	(void)state;
	for (size_t len = 0; len < PSD_FRAME_HEADER; len++) {
		static const unsigned char nothing[PSD_FRAME_HEADER];
		struct talk t;

		begin(&t);
		assert_int_equal(test_raw_send(t.daemon, nothing, len, NULL, 0),
		    len);
		assert_int_equal(privsep_ping(t.conversation), -EPROTO);
		finish(&t);
	}
}

static void
a_reply_nobody_asked_for_ends_the_conversation(void **state)
{
	const int fd = STDIN_FILENO;
	struct talk t;

	(void)state;
	begin(&t);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_accept, FIRST_ID, 0,
	    "\0\0\0", 4, &fd, 1);
	assert_int_equal(privsep_accept_take(t.conversation, NULL), -EPROTO);
	finish(&t);
}

static void
a_ping_that_answers_another_is_a_broken_protocol(void **state)
{
	static const unsigned char cookie[8] = { 0xff, 0xff, 0xff };
	struct talk t;

	(void)state;
	begin(&t);
	send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_ping, FIRST_ID, 0, cookie,
	    sizeof(cookie), NULL, 0);
	assert_int_equal(privsep_ping(t.conversation), -EPROTO);
	finish(&t);
}

static int
hello_answer(int32_t status, const void *body, size_t len)
{
	const size_t before = test_fds_count();
	struct privsep *conversation = NULL;
	int ends[2];
	int r;

	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	send_record(ends[1], PSD_FRAME_REPLY, PSD_OP_hello, 1, status, body,
	    len, NULL, 0);
	r = privsep_from_fd(&conversation, ends[0]);
	assert_true(r < 0);
	assert_null(conversation);
	psd_fd_close(ends[1]);
	assert_int_equal(test_fds_count(), before);
	return r;
}

static void
a_version_that_was_not_offered_is_refused(void **state)
{
	static const unsigned char newer[] = { 2, 0, 0, 0, 1, 0, 'x', 0 };
	static const unsigned char none[] = { 0, 0, 0, 0, 1, 0, 'x', 0 };
	static const unsigned char unclosed[] = { 1, 0, 0, 0, 1, 0, 'x', 'y' };

	(void)state;
	assert_int_equal(hello_answer(-EPROTONOSUPPORT, NULL, 0),
	    -EPROTONOSUPPORT);
	assert_int_equal(hello_answer(0, newer, sizeof(newer)), -EPROTO);
	assert_int_equal(hello_answer(0, none, sizeof(none)), -EPROTO);
	assert_int_equal(hello_answer(0, unclosed, sizeof(unclosed)), -EPROTO);
	assert_int_equal(hello_answer(0, NULL, 0), -EPROTO);
}

static int
forbidden(void *cookie, const char *name, unsigned char type)
{
	(void)cookie;
	(void)type;
	fail_msg("was told of %s", name);
	return 0;
}

static void
a_malformed_entry_of_a_directory_is_not_told(void **state)
{
	static const struct {
		const char *what;
		unsigned char entries[8];
		unsigned char len;
	} table[] = {
		{ "half a head", { 8 }, 1 },
		{ "no name", { 8, 0 }, 2 },
		{ "less than it says", { 8, 3, 'a', 'b' }, 4 },
		{ "a NUL inside", { 8, 3, 'a', 0, 'b' }, 5 },
		{ "a slash inside", { 8, 3, 'a', '/', 'b' }, 5 },
		{ "a good one, then half of one", { 8, 1, 'a', 8 }, 4 },
	};

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(table); i++) {
		unsigned char body[32] = { table[i].len };
		struct talk t;
		int r;

		memcpy(body + 4, table[i].entries, table[i].len);
		begin(&t);
		send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_read_directory,
		    FIRST_ID, 0, body, 4u + table[i].len + 8u, NULL, 0);
		r = privsep_read_directory(t.conversation, "/", forbidden,
		    NULL);
		if (r != -EPROTO)
			fail_msg("%s: %d", table[i].what, r);
		finish(&t);
	}
}

static int
forbidden_too(void *cookie, const struct privsep_interface *interface)
{
	(void)cookie;
	fail_msg("told %s", interface->name);
	return 0;
}

static void
a_malformed_entry_of_an_interface_is_not_told(void **state)
{
	/* Lengths of an address and of a name, and of all of it. */
	static const struct {
		unsigned char address_len, name_len;
		size_t len;
	} table[] = { { 6, 2, 29 }, { 6, 2, 27 }, { 6, 2, 1 }, { 17, 2, 30 },
		{ 255, 2, 30 }, { 6, 0, 28 }, { 6, 16, 44 }, { 6, 255, 30 },
		{ 6, 1, 30 } };

	(void)state;
	for (size_t i = 0; i < PSD_ELEMENTS(table); i++) {
		unsigned char body[4 + 64 + 8] = {
			(unsigned char)table[i].len
		};
		struct talk t;
		int r;

		body[4 + 10] = table[i].address_len;
		body[4 + 11] = table[i].name_len;
		begin(&t);
		send_record(t.daemon, PSD_FRAME_REPLY, PSD_OP_list_interfaces,
		    FIRST_ID, 0, body, (uint32_t)(4 + table[i].len + 8), NULL,
		    0);
		r = privsep_list_interfaces(t.conversation, "all",
		    forbidden_too, NULL);
		if (r != -EPROTO)
			fail_msg("%zu: %d", i, r);
		finish(&t);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_malformed_reply_ends_the_conversation),
		cmocka_unit_test(
		    a_short_record_or_an_empty_one_ends_the_conversation),
		cmocka_unit_test(
		    a_reply_nobody_asked_for_ends_the_conversation),
		cmocka_unit_test(
		    a_ping_that_answers_another_is_a_broken_protocol),
		cmocka_unit_test(a_version_that_was_not_offered_is_refused),
		cmocka_unit_test(a_malformed_entry_of_a_directory_is_not_told),
		cmocka_unit_test(a_malformed_entry_of_an_interface_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
